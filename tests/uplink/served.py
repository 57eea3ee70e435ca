"""The test's platform behind a real socket."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.uplink.scene import Platform

PATIENCE_S = 60.0


class Served:
    """Listens on a free port of this machine until ``close``. ``news`` follows each exchange."""

    def __init__(self, platform: Platform, certificate: tuple[Path, Path] | None = None) -> None:
        self.platform = platform
        self.news = threading.Condition()
        self.connects = 0
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def wait(self, holds: Callable[[], bool]) -> None:
        """Until ``holds`` is true after some exchange."""
        with self.news:
            assert self.news.wait_for(holds, PATIENCE_S)

    def cut(self) -> None:
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._thread.join(PATIENCE_S)

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            self.connects += 1
            with suppress(OSError):
                one = self._context.wrap_socket(raw, server_side=True) if self._context else raw
                self._serve(one)
            with suppress(OSError):
                raw.close()

    def _serve(self, one: socket.socket) -> None:
        self._open.add(one)
        self.platform.connected()
        try:
            while data := one.recv(1 << 16):
                with self.news:
                    one.sendall(self.platform.takes(data))
                    self.news.notify_all()
        finally:
            self._open.discard(one)
            one.close()
