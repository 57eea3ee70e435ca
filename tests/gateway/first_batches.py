"""Run as a module: what a fresh process still compiles after it has warmed up, a name a line."""

from __future__ import annotations

import socket
import sys
from typing import Any
from unittest.mock import patch

from numba.core.dispatcher import Dispatcher
from tests.gateway.batching import Bench
from tests.gateway.car import Car
from tests.gateway.house_of_tests import house

from voltward.gateway.kernels.warm import warm
from voltward.gateway.sending import send_answers


def late() -> list[str]:
    """Batches as a process meets them: a login, plain frames, and plain ones beside noise."""
    found = []
    real = Dispatcher.compile

    def noted(self: Any, signature: Any) -> Any:
        found.append(f"{self.py_func.__module__}.{self.py_func.__name__}{signature}")
        return real(self, signature)

    warm()
    here, there = socket.socketpair()
    with house(answer_realtime="always") as home, here, there, patch.object(
        Dispatcher, "compile", noted
    ):  # fmt: skip
        bench = Bench(home)
        link = bench.connect(1)
        other = bench.connect(2)
        link.descriptor = here.fileno()
        link.data_received(Car().login())
        send_answers(bench.cut())
        link.data_received(Car().realtime() * 3)
        send_answers(bench.cut())
        link.data_received(Car().realtime())
        other.data_received(b"no frame at all")
        send_answers(bench.cut())
        assert len(there.recv(4096)) == 4 * 31
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(late()))
