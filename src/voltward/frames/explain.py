"""Every byte of a frame with its name, its value and what it means.

Damaged frames are explained as far as they go, with a line that says where they break.
"""

from collections.abc import Mapping

from voltward.frames import words
from voltward.frames.editions import COMMANDS, EDITION_OF, PLAIN, encryption_name
from voltward.frames.errors import FrameError, Problem
from voltward.frames.explained import Explanation as Explanation
from voltward.frames.explained import Line as Line
from voltward.frames.explained import LineKind as LineKind
from voltward.frames.explained import Sensitivity as Sensitivity
from voltward.frames.frame import Frame, read_unit
from voltward.frames.grammar import InfoType
from voltward.frames.header import HEADER, Header, check_whole, parse_header
from voltward.frames.header_lines import check_line, header_lines
from voltward.frames.line_writer import LineWriter, unread_line
from voltward.frames.meanings import octets

Custom = Mapping[int, InfoType] | None


def explain(data: bytes, custom: Custom = None) -> Explanation:
    """What every byte of ``data`` is; whatever the bytes are, it never raises.

    ``custom``: tables of agreed custom information types (0x80-0xFE) by type number.
    """
    data = bytes(data)
    problem = _frame_problem(data)
    edition = EDITION_OF.get(data[:2])
    lines = [] if edition is None else header_lines(data, edition, problem)
    try:
        header = parse_header(data)
    except FrameError:
        assert problem is not None
        start = lines[-1].stop if lines else 0
        lines.append(unread_line(data, start, len(data), problem))
        return Explanation(data, None, tuple(lines), (problem,))
    end = min(len(data), HEADER + header.length)
    frame = _read(data, header, end, problem, custom, lines)
    if end < len(data):
        lines.append(check_line(data, end, header.edition, problem))
    if end + 1 < len(data):
        lines.append(unread_line(data, end + 1, len(data), problem))
    return Explanation(data, frame if problem is None else None, tuple(lines), _all(problem, frame))


def _frame_problem(data: bytes) -> Problem | None:
    try:
        check_whole(data, parse_header(data))
    except FrameError as error:
        return Problem(error.code, error.detail, 0)
    return None


def _all(problem: Problem | None, frame: Frame) -> tuple[Problem, ...]:
    if problem is None:
        return frame.problems
    inner = frame.problems
    if problem.code == "truncated":  # what the unit lacks follows from it
        inner = tuple(each for each in inner if each.code != "body_truncated")
    return (problem, *inner)


def _read(
    data: bytes,
    header: Header,
    end: int,
    problem: Problem | None,
    custom: Custom,
    lines: list[Line],
) -> Frame:
    """Add the lines of the data unit; the frame is as it would be if it were whole."""
    command = COMMANDS[header.edition].get(header.command)
    name, source = ("", "") if command is None else (command.name, command.source)
    writer = LineWriter(data, header.edition, name, source)
    unit = data[HEADER:end]
    body, problems = read_unit(header, unit, custom, writer)
    frame = Frame(header, unit, body, problems)
    cut = problem if problem is not None and problem.code == "truncated" else None
    if body.fields is None:
        lines += _opaque_lines(header, unit, source)
        if cut is not None:
            lines.append(unread_line(data, end, end, cut))
        return frame
    # The last problem is the one that ended the reading, unless it is a bad time.
    ended = problems[-1] if problems and body.rest else None
    if ended is None and problems and problems[-1].code == "body_truncated":
        ended = problems[-1]
    if cut is not None and (ended is None or ended.code == "body_truncated"):
        ended = cut
    writer.finish(end, ended)
    lines += writer.lines
    return frame


def _opaque_lines(header: Header, unit: bytes, source: str) -> list[Line]:
    """A data unit that is encrypted, or of a command by agreement."""
    if not unit:
        return []
    code = encryption_name(header.edition, header.encryption)
    return [
        Line(
            HEADER,
            HEADER + len(unit),
            unit,
            LineKind.OPAQUE,
            words.part("opaque"),
            octets(len(unit)) if header.encryption == PLAIN else words.encryption(code),
            source=source,
            sensitivity=Sensitivity.UNKNOWN,
        )
    ]
