"""Requests a second per token (or person): a bucket that refills all the time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from voltward.records.models import ApiToken

if TYPE_CHECKING:  # the framework imports this module while it imports its own views
    from rest_framework.views import APIView

BURST_S = 2.0  # what may be saved up, so that an even rate never stumbles over jitter
CALLERS_KEPT = 10_000


class Bucket:
    """Takes ``per_s`` requests a second and up to ``BURST_S`` seconds' worth at once."""

    def __init__(self, now_s: float, per_s: float) -> None:
        self.level = per_s * BURST_S
        self.filled_s = now_s

    def take(self, now_s: float, per_s: float) -> float:
        """0.0 when the request may pass, else the seconds to wait."""
        self.level = min(per_s * BURST_S, self.level + (now_s - self.filled_s) * per_s)
        self.filled_s = now_s
        if self.level < 1.0:
            return (1.0 - self.level) / per_s
        self.level -= 1.0
        return 0.0


_buckets: OrderedDict[str, Bucket] = OrderedDict()
_lock = threading.Lock()


class PerSecondThrottle(BaseThrottle):
    """Each process counts for itself; the setting is what one process lets through."""

    def __init__(self) -> None:
        self._wait_s = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        per_s, now_s = float(settings.API_PER_S), time.monotonic()
        caller = self._caller(request)
        with _lock:
            bucket = _buckets.pop(caller, None) or Bucket(now_s, per_s)
            _buckets[caller] = bucket
            while len(_buckets) > CALLERS_KEPT:
                _buckets.popitem(last=False)
            self._wait_s = bucket.take(now_s, per_s)
        return self._wait_s == 0.0

    def wait(self) -> float:
        return self._wait_s

    @staticmethod
    def _caller(request: Request) -> str:
        if isinstance(request.auth, ApiToken):
            return f"token:{request.auth.pk}"
        return f"person:{getattr(request.user, 'pk', None)}"
