"""An enterprise platform for these tests: the frames it sends, and a connection that sends them."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from voltward.base.units import BEIJING
from voltward.frames.editions import COMMAND
from voltward.frames.frame import encode_frame, realtime
from voltward.frames.grammar import Edition
from voltward.frames.reader import FrameReader

VIN, OTHER_VIN = "LTESTVEH0GB329601", "LTESTVEH0GB329602"
IDENTITY = "VOLTWARD000000001"
USER, PASSWORD = "volt", "s3cret-of-link"
WHEN = datetime(2026, 3, 15, 8, 30, 5, tzinfo=BEIJING)


def login(
    edition: Edition = Edition.Y2016,
    *,
    password: str = PASSWORD,
    sequence: int = 1,
    user: str = USER,
) -> bytes:
    body = {
        "time": WHEN,
        "sequence": sequence,
        "user": user,
        "password": password,
        "encryption": "none",
    }
    return encode_frame(edition, 0x05, COMMAND, IDENTITY, body)


def logout(edition: Edition = Edition.Y2016, *, sequence: int = 1) -> bytes:
    return encode_frame(edition, 0x06, COMMAND, IDENTITY, {"time": WHEN, "sequence": sequence})


def report(
    second: int = 0, vin: str = VIN, *, command: int = 2, edition: Edition = Edition.Y2016
) -> bytes:
    item = {"name": "position", "longitude_deg": 116.4, "latitude_deg": 39.9}
    return realtime(edition, vin, command, WHEN + timedelta(seconds=second), [item])


class Client:
    """One connection; ``answers`` are whole frames that came back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._frames = FrameReader()
        self.answers: list[bytes] = []

    @classmethod
    async def to(cls, address: tuple[str, int]) -> "Client":
        return cls(*await asyncio.open_connection(*address))

    def send(self, *frames: bytes) -> None:
        self._writer.write(b"".join(frames))

    async def wait_for(self, count: int) -> list[bytes]:
        """Until so many answers came, or the connection ended; fails after a minute."""
        async with asyncio.timeout(60):
            while len(self.answers) < count and await self._more():
                pass
        return self.answers

    async def ended(self) -> bool:
        """Until the other side closes; True when it did so with a reset."""
        async with asyncio.timeout(60):
            try:
                while await self._more():
                    pass
            except ConnectionError:
                return True
        return False

    async def _more(self) -> bool:
        data = await self._reader.read(65_536)
        self.answers += [piece.data for piece in self._frames.feed(data) if piece.is_frame]
        return bool(data)

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
