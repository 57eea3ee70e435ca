"""Records one by one, for people and for other tools: what ``voltward journal cat`` prints."""

from collections.abc import Iterator
from dataclasses import dataclass

from voltward.base.clock import utc
from voltward.journal.format import EVENT, FRAME, NOISE, REFUSED
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader

KIND_NAMES = {FRAME: "frame", NOISE: "noise", EVENT: "event", REFUSED: "refused"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. Kinds 2 and 4 carry their reason in the payload's first byte."""

    position: Position
    received_ns: int
    kind: int
    link: int
    payload: bytes

    @property
    def kind_name(self) -> str:
        return KIND_NAMES.get(self.kind, str(self.kind))

    def line(self, *, hex_payload: bool) -> str:
        """Position, receive time (UTC), kind, link, then the payload: its hex, or its length.

        Events are text; without ``hex_payload`` they are shown as such. Of noise and refused
        frames the hex leaves the reason out: it stands before as ``reason=``.
        """
        at = utc(self.received_ns).isoformat(timespec="microseconds").replace("+00:00", "Z")
        front = f"{self.position} {at} {self.kind_name} {self.link}"
        payload = self.payload
        if self.kind in (NOISE, REFUSED) and payload:
            front += f" reason={payload[0]}"
            payload = payload[1:]
        if hex_payload:
            return f"{front} {payload.hex()}"
        if self.kind == EVENT:
            return f"{front} {payload.decode('utf-8', 'backslashreplace')}"
        return f"{front} {len(payload)} bytes"


def entries(
    reader: JournalReader,
    stream: str,
    start: Position | None = None,
    *,
    stop: Position | None = None,
) -> Iterator[Entry]:
    """The stream's records from ``start`` (None: the oldest) up to ``stop`` (None: the last commit
    there is when they are asked for).
    """
    end = stop or reader.end(stream)
    position = start
    while end is not None:
        records = reader.read(position, stream)
        for index in range(len(records)):
            at = Position.of_number(stream, int(records.positions[index]))
            if at >= end:
                return
            yield Entry(
                position=at,
                received_ns=int(records.received_ns[index]),
                kind=int(records.kinds[index]),
                link=int(records.links[index]),
                payload=records.payload(index),
            )
        if records.next == position or records.next >= end:
            return
        position = records.next
