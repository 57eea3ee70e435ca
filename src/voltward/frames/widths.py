"""Unsigned big-endian integers: BYTE, WORD and DWORD of GB/T 32960.3 clause 6.4."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Width:
    """An unsigned integer of ``octets`` bytes, with its two codes for "no number" (clause 6.4)."""

    octets: int
    letter: str  # of the struct module and, with ">u" and the octets, of numpy

    @property
    def largest(self) -> int:
        return (1 << 8 * self.octets) - 1

    @property
    def invalid(self) -> int:
        return self.largest

    @property
    def abnormal(self) -> int:
        return self.largest - 1


U8 = Width(1, "B")
U16 = Width(2, "H")
U32 = Width(4, "I")
