"""A frame's explanation as rows of a page; masked unless its reader may see what it would reveal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation

from voltward.frames.explain import explain
from voltward.frames.explained import Explanation, Line, Sensitivity
from voltward.frames.values import Reason
from voltward.frames.words import Phrase
from voltward.frames.words import reason as reason_words
from voltward.monitoring.fault_words import LISTS, Code, Meanings, code_of, meaning_text
from voltward.monitoring.selectors.fault_codes import fault_meanings_for
from voltward.monitoring.texts import here
from voltward.records.models import Person

MASK = "•••"
MASKED_OCTET = "••"
SHOWN_OCTETS = 24


@dataclass(frozen=True)
class ExplainedRow:
    """One line as drawn. ``names``: in the page's language and in the other."""

    offset: int
    hex: str
    part: str
    name: str
    other_name: str
    raw: str
    meaning: str
    source: str
    kind: str
    is_odd: bool
    problem: str


def rows_of(
    data: bytes, *, masked: bool, owner: Person | None = None
) -> tuple[Explanation, list[ExplainedRow]]:
    """The frame explained, and its lines as drawn.

    ``masked``: hide bytes and meaning of everything that is, or may be, a position or an identity.
    ``owner``: whose maker's vehicle sent it, so that the maker's own fault codes mean something; None:
    nobody knows, or it is another's.
    """
    explanation = explain(data)
    codes = [code for line in explanation.lines if (code := _code(line))]
    meanings = fault_meanings_for(owner, codes) if owner else {}
    return explanation, [_row(line, masked, meanings) for line in explanation.lines]


def hex_of(explanation: Explanation, *, masked: bool) -> str:
    """All octets of the frame, those of masked lines as dots."""
    octets = [f"{octet:02x}" for octet in explanation.data]
    for line in explanation.lines if masked else ():
        if line.sensitivity is not Sensitivity.NONE:
            octets[line.start : line.stop] = [MASKED_OCTET] * (line.stop - line.start)
    return " ".join(octets)


def there(phrase: Phrase) -> str:
    """The phrase in the other language."""
    return phrase.zh if (translation.get_language() or "").startswith("en") else phrase.en


def _row(line: Line, masked: bool, meanings: Meanings) -> ExplainedRow:
    hidden = masked and line.sensitivity is not Sensitivity.NONE
    return ExplainedRow(
        offset=line.start,
        hex=MASK if hidden else _hex(line.raw),
        part=" › ".join(here(part) for part in line.part),
        name=here(line.name),
        other_name=there(line.name),
        raw=MASK if hidden else line.value,
        meaning=MASK if hidden else _meaning(line, meanings),
        source=line.source,
        kind=line.kind.value,
        is_odd=line.problem is not None or line.reason is not Reason.PRESENT,
        problem=line.problem.detail if line.problem else _odd(line.reason),
    )


def _code(line: Line) -> Code | None:
    """The fault code of a line; None: it has none."""
    kind = LISTS.get(line.field)
    return code_of(kind, int(line.value)) if kind and line.value else None


def _meaning(line: Line, meanings: Meanings) -> str:
    code, said = _code(line), here(line.meaning)
    found = meanings.get(code) if code else None
    return f"{said} {meaning_text(found)}" if found else said


def _odd(reason: Reason) -> str:
    return "" if reason is Reason.PRESENT else here(reason_words(reason))


def _hex(raw: bytes) -> str:
    text = raw[:SHOWN_OCTETS].hex(" ")
    return text if len(raw) <= SHOWN_OCTETS else f"{text} … ({len(raw)})"
