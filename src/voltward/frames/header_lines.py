"""The lines of an explanation for the header and the check byte (clause 6.2)."""

from voltward.frames import words
from voltward.frames.editions import COMMANDS, answer_name, encryption_name
from voltward.frames.errors import Problem
from voltward.frames.explained import Line, LineKind, Sensitivity
from voltward.frames.grammar import Edition
from voltward.frames.header import MAX_UNIT, bcc, text_of
from voltward.frames.meanings import octets
from voltward.frames.values import Reason
from voltward.frames.words import Phrase

_SPANS = (
    ("start", 0, 2),
    ("command", 2, 3),
    ("response", 3, 4),
    ("unique_id", 4, 21),
    ("encryption", 21, 22),
    ("unit_length", 22, 24),
)
_NO_NUMBERS = ("start", "unique_id")


def header_lines(data: bytes, edition: Edition, problem: Problem | None) -> list[Line]:
    """A line for each field of the header that is there in full."""
    lines = []
    for name, start, stop in _SPANS:
        if stop > len(data):
            break
        raw = data[start:stop]
        number = int.from_bytes(raw, "big")
        wrong = name == "unit_length" and number > MAX_UNIT
        lines.append(
            Line(
                start,
                stop,
                raw,
                LineKind.HEADER,
                words.part(name),
                _meaning(name, raw, edition),
                "" if name in _NO_NUMBERS else str(number),
                Reason.OUT_OF_RANGE if wrong else Reason.PRESENT,
                _source(edition),
                sensitivity=Sensitivity.IDENTITY if name == "unique_id" else Sensitivity.NONE,
                problem=problem if wrong else None,
            )
        )
    return lines


def check_line(data: bytes, at: int, edition: Edition, problem: Problem | None) -> Line:
    """The check byte at offset ``at``, right or wrong."""
    calculated, found = bcc(data[2:at]), data[at]
    wrong = calculated != found
    should = Phrase(f"应为{calculated:02x}", f"should be {calculated:02x}")
    return Line(
        at,
        at + 1,
        data[at : at + 1],
        LineKind.HEADER,
        words.part("bcc"),
        should if wrong else Phrase("正确", "right"),
        str(found),
        Reason.OUT_OF_RANGE if wrong else Reason.PRESENT,
        _source(edition),
        problem=problem if wrong else None,
    )


def _source(edition: Edition) -> str:
    return f"GB/T 32960.3-{int(edition)} 6.2"


def _meaning(name: str, raw: bytes, edition: Edition) -> Phrase:
    match name:
        case "start":
            return Phrase(f"{int(edition)}版", f"{int(edition)} edition")
        case "command":
            command = COMMANDS[edition].get(raw[0])
            return words.command("" if command is None else command.name)
        case "response":
            return words.answer(answer_name(edition, raw[0]))
        case "unique_id":
            return Phrase(text_of(raw), text_of(raw))
        case "encryption":
            return words.encryption(encryption_name(edition, raw[0]))
        case _:
            return octets(int.from_bytes(raw, "big"))
