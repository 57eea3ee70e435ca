"""Opens and closes a platform as a file says (``closing``)."""

import ssl
from collections.abc import Callable
from pathlib import Path

from voltward.simulator.platform.closing import is_closed
from voltward.simulator.platform.server import PlatformServer


class Door:
    """Opens and closes ``server`` as ``file`` says; without one it stays open. ``moved`` is told which."""

    def __init__(
        self,
        server: PlatformServer,
        address: tuple[str, int],
        tls: ssl.SSLContext | None,
        file: Path | None,
        moved: Callable[[bool], None],
    ) -> None:
        self._server, self._address, self._tls = server, address, tls
        self._file, self._moved = file, moved
        self.is_open = False

    async def look(self) -> None:
        """Do what is asked for now.

        Raises:
            OSError: the address cannot be had.
        """
        wanted = self._file is None or not is_closed(self._file)
        if wanted == self.is_open:
            return
        self.is_open = wanted
        if wanted:
            await self._server.start(*self._address, self._tls)
            # with port 0 the first opening chose one, and whoever comes back looks for it there
            self._address = self._server.address
        else:
            await self._server.stop()
        self._moved(wanted)
