"""A value that many readers share and that is renewed behind their backs, however many they are."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from voltward.base.errors import Refused

Value = TypeVar("Value")
LOG = logging.getLogger(__name__)


class Renewed(Generic[Value]):
    """``value()`` gives what was made last and has a thread make it anew when it is due.

    Readers never wait, except for the first value and for one that nobody asked for in
    ``too_old_s``. A renewal that fails leaves the value as it was: it tells its own age.
    """

    def __init__(
        self,
        make: Callable[[], Value],
        every_s: float,
        too_old_s: float,
        after: Callable[[], None] = lambda: None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``after``: what a renewing thread does at its end, such as giving connections back."""
        self._make, self._every_s, self._too_old_s = make, every_s, too_old_s
        self._after, self._now_s = after, now_s
        self._making = threading.Lock()
        self._value: Value | None = None
        self._made_s = self._tried_s = float("-inf")
        self.thread: threading.Thread | None = None

    def value(self) -> Value:
        """
        Raises:
            Refused: nothing is known yet and it cannot be made.
        """
        now_s = self._now_s()
        value = self._value
        if value is None or now_s - max(self._made_s, self._tried_s) > self._too_old_s:
            return self._made()
        if now_s - self._tried_s >= self._every_s and self._making.acquire(blocking=False):
            self._tried_s = now_s
            self.thread = threading.Thread(target=self._renew, name="renewing", daemon=True)
            self.thread.start()
        return value

    def fresh(self) -> Value:
        """As ``value``, but made anew first where it is due: for those who renew something themselves."""
        due = self._now_s() - self._tried_s >= self._every_s
        return self._made() if self._value is None or due else self._value

    def forget(self) -> None:
        """Know nothing, as in the beginning."""
        with self._making:
            self._value, self._made_s, self._tried_s = None, float("-inf"), float("-inf")

    def _made(self) -> Value:
        with self._making:
            fresh = self._now_s() - self._made_s <= self._every_s
            if self._value is None or not fresh:  # else another reader made it meanwhile
                self._tried_s = self._now_s()
                try:
                    self._keep(self._make())
                except Refused:
                    if self._value is None:
                        raise
            assert self._value is not None
            return self._value

    def _renew(self) -> None:
        try:
            self._keep(self._make())
        except Refused as refusal:
            LOG.warning("not renewed: %s", refusal)
        except Exception:
            LOG.exception("not renewed")
        finally:
            self._making.release()
            self._after()

    def _keep(self, value: Value) -> None:
        self._value, self._made_s = value, self._now_s()


class RenewedBy(Generic[Value]):
    """A ``Renewed`` for each number (a maker's), made when somebody asks for it first."""

    def __init__(
        self,
        make: Callable[[int], Value],
        every_s: float,
        too_old_s: float,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._make, self._after = make, after
        self._every_s, self._too_old_s = every_s, too_old_s
        self._guard = threading.Lock()
        self._kept: dict[int, Renewed[Value]] = {}

    def value(self, number: int) -> Value:
        """As ``Renewed.value``."""
        return self._of(number).value()

    def fresh(self, number: int) -> Value:
        """As ``Renewed.fresh``."""
        return self._of(number).fresh()

    def _of(self, number: int) -> Renewed[Value]:
        with self._guard:
            if number not in self._kept:
                made = partial(self._make, number)
                self._kept[number] = Renewed(made, self._every_s, self._too_old_s, self._after)
            return self._kept[number]

    def forget(self) -> None:
        """Know nothing, as in the beginning."""
        with self._guard:
            self._kept.clear()
