"""The text of each sheet of a PDF as Chromium writes it, so that tests can read what was printed."""

from __future__ import annotations

import re
import unicodedata
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
# a glyph that stands for a character and its radical is called by either
_RADICALS = str.maketrans({"\u2ecb": "车", "\u2eda": "页"})
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>")
_CHAR = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>")


def sheets(pdf: bytes) -> list[str]:
    """One text a sheet, without spaces: glyphs are placed one by one."""
    objects = {int(match[1]): match[2] for match in _OBJECT.finditer(pdf)}
    kids = re.search(rb"/Type /Pages\s*/Count \d+\s*/Kids \[([^\]]*)\]", pdf)
    assert kids, "no pages"
    return [_text(objects, int(number)) for number in re.findall(rb"(\d+) 0 R", kids[1])]


def size_pt(pdf: bytes) -> tuple[int, int]:
    """Width and height of the first sheet, in points."""
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert box, "no size"
    return round(float(box[1])), round(float(box[2]))


def _text(objects: dict[int, bytes], page: int) -> str:
    head = objects[page]
    fonts = {
        name: _font(objects, int(number))
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", head)
    }
    contents = re.search(rb"/Contents (\d+) 0 R", head)
    assert contents, "an empty page"
    width, known, text = 1, {}, ""
    for font, code in _SHOWN.findall(_stream(objects[int(contents[1])])):
        if font:
            width, known = fonts[font]
            continue
        digits = 2 * width
        codes = [int(code[at : at + digits], 16) for at in range(0, len(code), digits)]
        text += "".join(known.get(one, "") for one in codes)
    return unicodedata.normalize("NFKC", "".join(text.split())).translate(_RADICALS)


def _font(objects: dict[int, bytes], number: int) -> tuple[int, dict[int, str]]:
    """Octets of a code, and the characters behind the codes."""
    font = objects[number]
    place = re.search(rb"/ToUnicode (\d+) 0 R", font)
    known: dict[int, str] = {}
    if place:
        table = _stream(objects[int(place[1])])
        for part in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
            known |= {int(code, 16): _chars(to) for code, to in _CHAR.findall(part)}
        for part in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
            for first, last, to in _RANGE.findall(part):
                for code in range(int(first, 16), int(last, 16) + 1):
                    known[code] = chr(int(to, 16) + code - int(first, 16))
    return (2 if b"/Type0" in font else 1), known


def _chars(octets: bytes) -> str:
    return bytes.fromhex(octets.decode()).decode("utf-16-be")


def _stream(found: bytes) -> bytes:
    body = re.search(rb"stream\r?\n(.*)\r?\nendstream", found, re.DOTALL)
    assert body, "no stream"
    return zlib.decompressobj().decompress(body[1]) if b"/FlateDecode" in found else body[1]
