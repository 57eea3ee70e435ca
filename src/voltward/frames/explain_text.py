"""An explanation as plain text, for a terminal; either language or both."""

from unicodedata import east_asian_width

from voltward.frames.explained import Explanation, Line, Sensitivity
from voltward.frames.values import Reason
from voltward.frames.words import Phrase

_SHOWN_OCTETS = 16
MASK = "•••"
_HEADINGS = (
    Phrase("偏移", "Offset"),
    Phrase("字节", "Bytes"),
    Phrase("名称", "Name"),
    Phrase("原始值", "Raw"),
    Phrase("含义", "Meaning"),
    Phrase("依据", "Source"),
)


def render(explanation: Explanation, language: str = "both", *, masked: bool = False) -> str:
    """Aligned columns, one line of text per line of the explanation.

    ``language``: "zh-hans", "en" or "both". ``masked``: hide bytes and meaning of everything
    that is, or may be, a position, an identity or a secret.
    """
    rows = [[_text(heading, language) for heading in _HEADINGS]]
    rows += [
        [_harmless(cell) for cell in _row(line, language, masked)] for line in explanation.lines
    ]
    widths = [max(_columns(row[i]) for row in rows) for i in range(len(_HEADINGS))]
    text = ["  ".join(map(_padded, row, widths)).rstrip() for row in rows]
    text += [f"! {problem.detail}" for problem in explanation.problems]
    return "\n".join(text) + "\n"


def _row(line: Line, language: str, masked: bool) -> list[str]:
    hidden = masked and line.sensitivity is not Sensitivity.NONE
    name = " / ".join(_text(part, language) for part in (*line.part, line.name))
    bad = line.problem is not None or line.reason is Reason.OUT_OF_RANGE
    return [
        f"{line.start:5d}",
        MASK if hidden else _hex(line.raw),
        f"! {name}" if bad else name,
        MASK if hidden else line.value,
        MASK if hidden and line.problem is None else _text(line.meaning, language),
        line.source,
    ]


def _harmless(cell: str) -> str:
    """Text out of a frame must not steer the terminal."""
    return "".join(char if char.isprintable() else "·" for char in cell)


def _hex(raw: bytes) -> str:
    if len(raw) <= _SHOWN_OCTETS + 1:
        return raw.hex()
    return f"{raw[:_SHOWN_OCTETS].hex()}… ({len(raw)})"


def _text(phrase: Phrase, language: str) -> str:
    if language == "both" and phrase.zh != phrase.en:
        return f"{phrase.zh} {phrase.en}"
    return phrase.text(language)


def _padded(cell: str, columns: int) -> str:
    return cell + " " * (columns - _columns(cell))


def _columns(text: str) -> int:
    """How many columns a terminal needs: wide characters take two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
