"""The forms in which an SM2 ciphertext travels: DER (GB/T 35276), or its parts side by side.

C1 is a point, C3 the digest of 32 octets, C2 the text. The old order C1 C2 C3 is still in use.
"""

from __future__ import annotations

from typing import Final, Literal

Sm2Form = Literal["der", "c1c3c2", "c1c2c3"]

_COORDINATE: Final = 32
_DIGEST: Final = 32
_POINT: Final = 1 + 2 * _COORDINATE
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04

# The curve y² = x³ - 3x + B of GB/T 32918.5.
_P: Final = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF
_B: Final = 0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93


def to_form(der: bytes, form: Sm2Form) -> bytes:
    """
    Raises:
        ValueError: no ciphertext in DER.
    """
    if form == "der":
        return der
    inner = _Reader(_Reader(der).take(_SEQUENCE))
    x, y = (int.from_bytes(inner.take(_INTEGER), "big") for _ in range(2))
    c3, c2 = inner.take(_OCTETS), inner.take(_OCTETS)
    c1 = b"\x04" + x.to_bytes(_COORDINATE, "big") + y.to_bytes(_COORDINATE, "big")
    return c1 + (c3 + c2 if form == "c1c3c2" else c2 + c3)


def from_form(text: bytes, form: Sm2Form) -> bytes:
    """The ciphertext in DER, as libcrypto takes it. C1 may come without its leading 04.

    Raises:
        ValueError: cut short, or no point of the curve leads it.
    """
    if form == "der":
        return text
    if not _leads(text):
        text = b"\x04" + text
        if not _leads(text):
            raise ValueError("SM2: it begins with no point of the curve")
    if len(text) <= _POINT + _DIGEST:
        raise ValueError(f"SM2: {len(text)} octets, expected more than {_POINT + _DIGEST}")
    x, y = text[1 : 1 + _COORDINATE], text[1 + _COORDINATE : _POINT]
    rest = text[_POINT:]
    c3, c2 = (
        (rest[:_DIGEST], rest[_DIGEST:]) if form == "c1c3c2" else (rest[-_DIGEST:], rest[:-_DIGEST])
    )
    body = _integer(x) + _integer(y) + _packed(_OCTETS, c3) + _packed(_OCTETS, c2)
    return _packed(_SEQUENCE, body)


def _leads(text: bytes) -> bool:
    """Whether a point with its leading 04 begins the text.

    The octet alone does not tell: one in 256 points without it begins with a 04 of its own.
    """
    if text[0:1] != b"\x04" or len(text) < _POINT:
        return False
    x = int.from_bytes(text[1 : 1 + _COORDINATE], "big")
    y = int.from_bytes(text[1 + _COORDINATE : _POINT], "big")
    return (y * y - x * x * x + 3 * x - _B) % _P == 0


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, tag: int) -> bytes:
        """The content of the next element."""
        data, at = self._data, self._at
        if len(data) < at + 2 or data[at] != tag:
            raise ValueError("SM2: not a ciphertext in DER")
        size, at = data[at + 1], at + 2
        if size & 0x80:
            width = size & 0x7F
            size, at = int.from_bytes(data[at : at + width], "big"), at + width
        if len(data) < at + size:
            raise ValueError("SM2: a ciphertext that is cut short")
        self._at = at + size
        return data[at : at + size]


def _integer(number: bytes) -> bytes:
    bare = number.lstrip(b"\0") or b"\0"
    return _packed(_INTEGER, b"\0" + bare if bare[0] & 0x80 else bare)


def _packed(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    width = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | width)) + size.to_bytes(width, "big") + content
