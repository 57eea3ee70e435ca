"""Collects the lines of an explanation while a data unit is read."""

from voltward.frames import words
from voltward.frames.errors import Problem
from voltward.frames.explained import Line, LineKind, Sensitivity
from voltward.frames.grammar import Address, Count, Edition, FaultCodes, Field, Octets, Pairs
from voltward.frames.header import HEADER, text_of
from voltward.frames.meanings import NOTHING, meaning, octets
from voltward.frames.parts import parts_of
from voltward.frames.raws import Raw
from voltward.frames.values import Reason
from voltward.frames.words import Phrase

SENSITIVE = {
    "longitude_deg": Sensitivity.POSITION,
    "latitude_deg": Sensitivity.POSITION,
    "unique_id": Sensitivity.IDENTITY,
    "vin": Sensitivity.IDENTITY,
    "iccid": Sensitivity.IDENTITY,
    "chip_id": Sensitivity.IDENTITY,
    "password": Sensitivity.SECRET,
    "key_hex": Sensitivity.SECRET,
    # An upgrade command carries user and password; an echo is that of any command.
    "parameter_hex": Sensitivity.SECRET,
    "upgrade_url": Sensitivity.SECRET,
    "dial_apn": Sensitivity.SECRET,
    "dial_user": Sensitivity.SECRET,
    "dial_password": Sensitivity.SECRET,
    "upgrade_address": Sensitivity.SECRET,
    "alarm_text": Sensitivity.UNKNOWN,
    "echo_hex": Sensitivity.UNKNOWN,
    "data_hex": Sensitivity.UNKNOWN,
}


class LineWriter:
    """Lines in the order of the bytes; a gap between two spans becomes a line of its own."""

    def __init__(self, data: bytes, edition: Edition, scope: str, source: str) -> None:
        self.lines: list[Line] = []
        self._data, self._edition = data, edition
        self._parts: list[tuple[str, str, Phrase]] = [(scope, source, NOTHING)]
        self._at = HEADER
        self._told: dict[str, int] = {}  # the last value of every integer field

    def enter(self, what: str, number: int, source: str = "") -> None:
        scope, outer, _ = self._parts[-1]
        if source:  # an information item
            self._parts.append((what, source, words.info_type(self._edition, what)))
            return
        name = _numbered(words.field(what, scope, self._edition), number)
        self._parts.append((scope, outer, name))

    def leave(self) -> None:
        self._parts.pop()

    def field(
        self, field: Field | Address, start: int, stop: int, raw: Raw, number: int = 0
    ) -> None:
        if isinstance(raw, int):
            self._told[field.name] = raw
        if isinstance(field, Octets) and isinstance(raw, bytes) and self._apart(field, start, raw):
            return
        scope = self._parts[-1][0]
        name = _numbered(words.field(field.name, scope, self._edition), number)
        said, reason = meaning(field, raw, scope, self._edition)
        value = str(raw) if isinstance(raw, int) else ""
        self._add(
            start,
            stop,
            LineKind.FIELD,
            name,
            value,
            said,
            reason,
            SENSITIVE.get(field.name, Sensitivity.NONE),
            field.name,
        )

    def _apart(self, field: Octets, start: int, raw: bytes) -> bool:
        """A line for each part of ``field``; False, and none, when nothing says what it is."""
        parts = parts_of(field, self._told.get(field.told_by), raw)
        for part in parts:
            first, last = start + part.start, start + part.stop
            if part.field is not None:
                self.field(part.field, first, last, part.raw)
                continue
            text = text_of(raw[part.start : part.stop])
            name, said = words.part("separator"), Phrase(text, text)
            self._add(first, last, LineKind.MARK, name, "", said, Reason.PRESENT)
        return bool(parts)

    def mark(self, what: str, start: int, stop: int, raw: int, field: Field | None = None) -> None:
        name = words.part(what)
        if field is not None:
            of = words.field(field.name, self._parts[-1][0], self._edition)
            name = Phrase(f"{of.zh}{name.zh}", f"{of.en}, {name.en.lower()}")
        said, reason = self._said(what, raw, field)
        self._add(start, stop, LineKind.MARK, name, str(raw), said, reason)

    def _said(self, what: str, raw: int, field: Field | None) -> tuple[Phrase, Reason]:
        """What the integer of a mark says, and whether it can be used."""
        scope, _, part = self._parts[-1]
        if isinstance(field, FaultCodes | Pairs):
            count = Count(field.name, field.count, highest=field.most)
            return meaning(count, raw, scope, self._edition)
        match what:
            case "type":
                said = part
            case "parameter":
                said = Phrase(f"0x{raw:02x}", f"0x{raw:02x}")
            case "length":
                said = octets(raw)
            case _:
                said = words.field("signature")
        return said, Reason.PRESENT

    def finish(self, stop: int, problem: Problem | None) -> None:
        """Account for the unit's bytes up to ``stop``; say why when reading ended before."""
        if problem is not None or self._at < stop:
            self._unread(self._at, stop, problem)

    def _add(
        self,
        start: int,
        stop: int,
        kind: LineKind,
        name: Phrase,
        value: str,
        said: Phrase,
        reason: Reason,
        sensitivity: Sensitivity = Sensitivity.NONE,
        field: str = "",
    ) -> None:
        start, stop = start + HEADER, stop + HEADER
        if start > self._at:
            self._unread(self._at, start, None)
        _, source, _ = self._parts[-1]
        part = tuple(name for _, _, name in self._parts if name is not NOTHING)
        raw = self._data[start:stop]
        self.lines.append(
            Line(
                start,
                stop,
                raw,
                kind,
                name,
                said,
                value,
                reason,
                source,
                part,
                sensitivity,
                field=field,
            )
        )
        self._at = stop

    def _unread(self, start: int, stop: int, problem: Problem | None) -> None:
        self.lines.append(unread_line(self._data, start, stop, problem))
        self._at = stop


def unread_line(data: bytes, start: int, stop: int, problem: Problem | None) -> Line:
    """Bytes that say nothing, and why; without bytes, the place where reading ended."""
    any_bytes = stop > start
    return Line(
        start,
        stop,
        data[start:stop],
        LineKind.UNREAD,
        words.part("rest" if any_bytes else "here"),
        octets(stop - start) if problem is None else problem_phrase(problem),
        sensitivity=Sensitivity.UNKNOWN if any_bytes else Sensitivity.NONE,
        problem=problem,
    )


def _numbered(name: Phrase, number: int) -> Phrase:
    return Phrase(f"{name.zh} {number}", f"{name.en} {number}") if number else name


def problem_phrase(problem: Problem) -> Phrase:
    """The problem in words, its exact text behind them."""
    name = words.problem(problem.code)
    found = problem.detail.removeprefix(f"{problem.code}: ")
    return Phrase(f"{name.zh}：{found}", f"{name.en}: {found}")
