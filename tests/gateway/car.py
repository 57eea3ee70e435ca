"""Frames as a vehicle or a client platform would send them, and what an answer says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from voltward.frames.grammar import Edition
from voltward.frames.header import pack_header

TIME = bytes((26, 3, 15, 8, 30, 5))
VIN = "LVWTEST0900000001"
OTHER_VIN = "LVWTEST0X00000002"
FOREIGN_VIN = "WZZTEST0000000003"
OK, ERROR, DUPLICATE, UNKNOWN, SIGNATURE, STRUCTURE = 1, 2, 3, 4, 5, 6


def frame(
    command: int,
    vin: str | bytes,
    unit: bytes = b"",
    *,
    edition: Edition = Edition.Y2016,
    flag: int = 0xFE,
    encryption: int = 1,
) -> bytes:
    """A whole frame with the right BCC."""
    data = pack_header(edition, command, flag, vin, len(unit), encryption) + unit
    return data + bytes((reduce(xor, data[2:]),))


@dataclass(frozen=True)
class Car:
    """A vehicle that speaks one edition."""

    vin: str = VIN
    edition: Edition = Edition.Y2016

    def says(self, command: int, unit: bytes = b"", flag: int = 0xFE) -> bytes:
        return frame(command, self.vin, unit, edition=self.edition, flag=flag)

    def login(self, sequence: int = 1) -> bytes:
        tail = b"\x00\x00" if self.edition is Edition.Y2016 else b"\x00"
        return self.says(0x01, TIME + sequence.to_bytes(2, "big") + b"8986" * 5 + tail)

    def logout(self, sequence: int = 1) -> bytes:
        return self.says(0x04, TIME + sequence.to_bytes(2, "big"))

    def realtime(self, number: int = 0, command: int = 0x02) -> bytes:
        return self.says(command, TIME + b"\x80\x00\x04" + number.to_bytes(4, "big"))

    def reissue(self, number: int = 0) -> bytes:
        return self.realtime(number, 0x03)

    def heartbeat(self) -> bytes:
        return self.says(0x07)

    def clock(self) -> bytes:
        return self.says(0x08)


@dataclass(frozen=True)
class Platform:
    """A client platform."""

    code: str = "PLATFORM-A"
    user: str = "maker"
    secret: str = "open sesame"
    edition: Edition = Edition.Y2016

    def login(self, secret: str | None = None) -> bytes:
        unit = TIME + b"\x00\x01" + self.user.encode().ljust(12, b"\0")
        unit += (secret or self.secret).encode().ljust(20, b"\0") + b"\x01"
        return frame(0x05, self.code, unit, edition=self.edition)

    def logout(self) -> bytes:
        return frame(0x06, self.code, TIME + b"\x00\x01", edition=self.edition)


@dataclass(frozen=True)
class Said:
    """An answer, taken apart."""

    command: int
    flag: int
    vin: str
    unit: bytes
    start: bytes
    encryption: int


def said(answer: bytes) -> Said:
    """The parts of one whole answer; fails when it is not whole."""
    assert answer[-1] == reduce(xor, answer[2:-1])
    assert len(answer) == 25 + int.from_bytes(answer[22:24], "big")
    vin = answer[4:21].rstrip(b"\0").decode()
    return Said(answer[2], answer[3], vin, answer[24:-1], answer[:2], answer[21])


def answers_in(data: bytes) -> list[Said]:
    """All answers in a run of bytes."""
    found = []
    while data:
        size = 25 + int.from_bytes(data[22:24], "big")
        found.append(said(data[:size]))
        data = data[size:]
    return found
