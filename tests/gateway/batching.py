"""Links and batches without a server: what arrives is cut when the test says so."""

from __future__ import annotations

from dataclasses import dataclass

from voltward.gateway import cutting
from voltward.gateway.answers import clock_answer
from voltward.gateway.batch import Batch
from voltward.gateway.house import House
from voltward.gateway.intake import Intake
from voltward.gateway.link import Link
from voltward.gateway.outbox import AnswerKind, Outbox
from voltward.gateway.reasons import SUCCESS, CloseReason, RecordKind
from voltward.gateway.session import Session

Kept = list[tuple[RecordKind, bytes]]


class Wire:
    """A transport that goes nowhere."""

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: bytes) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class Bench:
    """What links need of a hub, and batches cut on demand."""

    house: House

    def __post_init__(self) -> None:
        self.intake = Intake(self, 1 << 60, 1 << 60)

    def arm(self, *, at_once: bool = False) -> None: ...

    def now_s(self) -> float:
        return 0.0

    def connect(self, number: int) -> Link:
        link = Link(self)  # type: ignore[arg-type]
        link.transport = Wire()  # type: ignore[assignment]
        link.session = Session(self.house, number, "203.0.113.9:1")
        link.seat = link.session.seat
        self.intake.opened(link, number)
        return link

    def cut(self) -> Batch:
        found = cutting.cut(self.intake.taken(), self.house, Outbox())
        for link in found.special:
            link.is_admitted = link.session.is_logged_in
        return found.batch

    def end(self, link: Link) -> None:
        link.gone = CloseReason.PEER
        self.house.seats.is_gone[link.seat] = True
        link.hand_over()


def merged(records: Kept) -> Kept:
    """Noise of one reason that was cut into pieces, as one."""
    whole: Kept = []
    for kind, data in records:
        same = kind == RecordKind.NOISE and whole and whole[-1][0] == kind
        if same and whole[-1][1][:1] == data[:1]:
            whole[-1] = (kind, whole[-1][1] + data[1:])
        else:
            whole.append((kind, data))
    return whole


def by_link(batch: Batch, house_: House, records: dict[int, Kept], said: dict[int, bytes]) -> None:
    """Add a batch to what each link left behind and heard."""
    plain = batch.plain
    for place, link in enumerate(plain.links.tolist()):
        data = plain.buffer[plain.offsets[place] : plain.offsets[place + 1]].tobytes()
        records.setdefault(link, []).append((RecordKind.FRAME, data))
    for record in batch.out.records:
        records.setdefault(record.link, []).append((record.kind, record.data))
    spans = batch.spans
    for link, start, stop in zip(spans.links, spans.starts, spans.stops, strict=True):
        number = link.session.link
        said[number] = said.get(number, b"") + batch.answers[start:stop]
    for answer in batch.out.answers:
        data = answer.data
        if answer.kind is AnswerKind.CLOCK:
            data = clock_answer(data, SUCCESS, house_.clock.now_ns())
        said[answer.link] = said.get(answer.link, b"") + data
