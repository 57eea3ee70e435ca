"""Collects the lines of an explanation while a data unit is read."""

from voltward.frames import words
from voltward.frames.errors import Problem
from voltward.frames.explained import Line, LineKind, Sensitivity
from voltward.frames.grammar import Edition, FaultCodes, Field, Pairs
from voltward.frames.header import HEADER
from voltward.frames.meanings import NOTHING, meaning, octets
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

    def enter(self, what: str, number: int, source: str = "") -> None:
        scope, outer, _ = self._parts[-1]
        if source:  # an information item
            self._parts.append((what, source, words.info_type(self._edition, what)))
            return
        name = _numbered(words.field(what, scope), number)
        self._parts.append((scope, outer, name))

    def leave(self) -> None:
        self._parts.pop()

    def field(self, field: Field, start: int, stop: int, raw: Raw, number: int = 0) -> None:
        scope = self._parts[-1][0]
        name = _numbered(words.field(field.name, scope), number)
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
        )

    def mark(self, what: str, start: int, stop: int, raw: int, field: Field | None = None) -> None:
        name = words.part(what)
        if field is not None:
            of = words.field(field.name, self._parts[-1][0])
            name = Phrase(f"{of.zh}{name.zh}", f"{of.en}, {name.en.lower()}")
        said, reason = NOTHING, Reason.PRESENT
        if what == "type":
            said = self._parts[-1][2]
        elif what == "parameter":
            said = Phrase(f"0x{raw:02x}", f"0x{raw:02x}")
        elif what == "length":
            said = octets(raw)
        elif isinstance(field, FaultCodes | Pairs) and raw >= field.count.abnormal:
            reason = Reason.INVALID if raw == field.count.invalid else Reason.ABNORMAL
            said = words.reason(reason)
        self._add(start, stop, LineKind.MARK, name, str(raw), said, reason)

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
    ) -> None:
        start, stop = start + HEADER, stop + HEADER
        if start > self._at:
            self._unread(self._at, start, None)
        _, source, _ = self._parts[-1]
        part = tuple(name for _, _, name in self._parts if name is not NOTHING)
        raw = self._data[start:stop]
        self.lines.append(
            Line(start, stop, raw, kind, name, said, value, reason, source, part, sensitivity)
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
