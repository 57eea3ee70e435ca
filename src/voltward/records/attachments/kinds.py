"""Which files are let in: by the name's ending and by what the content itself says, and both agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from voltward.base.errors import BadInput

Check = Callable[[bytes, bytes], bool]
LEGACY_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # compound file of .doc, .xls, .msg


@dataclass(frozen=True)
class Kind:
    """``is_one(head, tail)``: whether the first and last octets of a content are of this kind."""

    endings: tuple[str, ...]
    media_type: str
    is_one: Check


def _begins(*marks: bytes) -> Check:
    return lambda head, _tail: head.startswith(marks)


def _packed(inside: bytes) -> Check:
    """A zip whose directory, which stands at its end, names ``inside``."""
    return lambda head, tail: head.startswith(b"PK\x03\x04") and inside in tail


def _boxed(*brands: bytes) -> Check:
    return lambda head, _tail: head[4:8] == b"ftyp" and head[8:12] in brands


def _text(head: bytes, tail: bytes) -> bool:
    """Text of any encoding in use here; never a script with an interpreter or a web page."""
    begun = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if b"\0" in head + tail or begun.startswith(
        (b"#!", b"<!doctype", b"<html", b"<script", b"<svg")
    ):
        return False
    return any(_decodes(head, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        head.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 4  # a character that was cut at the edge
    return True


OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = (
    Kind((".pdf",), "application/pdf", _begins(b"%PDF-")),
    Kind((".png",), "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    Kind((".jpg", ".jpeg"), "image/jpeg", _begins(b"\xff\xd8\xff")),
    Kind((".webp",), "image/webp", lambda head, _t: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    Kind((".heic",), "image/heic", _boxed(b"heic", b"heix", b"mif1", b"msf1")),
    Kind(
        (".mp4", ".mov"), "video/mp4", _boxed(b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"qt  ")
    ),
    Kind((".docx",), f"{OFFICE}.wordprocessingml.document", _packed(b"word/document.xml")),
    Kind((".xlsx",), f"{OFFICE}.spreadsheetml.sheet", _packed(b"xl/workbook.xml")),
    Kind((".pptx",), f"{OFFICE}.presentationml.presentation", _packed(b"ppt/presentation.xml")),
    Kind((".ofd",), "application/ofd", _packed(b"OFD.xml")),  # GB/T 33190
    Kind((".doc",), "application/msword", _begins(LEGACY_OFFICE)),
    Kind((".xls",), "application/vnd.ms-excel", _begins(LEGACY_OFFICE)),
    Kind((".zip",), "application/zip", _begins(b"PK\x03\x04", b"PK\x05\x06")),
    Kind(
        (".pcap",),
        "application/vnd.tcpdump.pcap",
        _begins(b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4"),
    ),
    Kind((".parquet",), "application/vnd.apache.parquet", _begins(b"PAR1")),
    Kind((".txt", ".log"), "text/plain", _text),
    Kind((".csv",), "text/csv", _text),
    Kind((".json",), "application/json", _text),
)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)


def kind_of(name: str, head: bytes, tail: bytes) -> Kind:
    """The kind that the name's ending stands for, if the content agrees.

    Raises:
        BadInput: an ending that is not let in, or a content of another kind.
    """
    ending = PurePath(name).suffix.lower()
    kind = next((one for one in KINDS if ending in one.endings), None)
    if kind is None:
        raise BadInput(f"name: {ending or 'no ending'}; let in are {' '.join(ENDINGS)}")
    if not kind.is_one(head, tail):
        raise BadInput(f"file: the content is no {ending}")
    return kind
