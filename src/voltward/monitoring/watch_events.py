"""What happens in the watch queues and matters to later rooms; told inside the transaction."""

from __future__ import annotations

from dataclasses import dataclass

from voltward.monitoring.models import WatchCase


@dataclass(frozen=True)
class WatchCasesOpened:
    """New cases of one queue of one maker."""

    maker_id: int
    queue: str
    cases: tuple[WatchCase, ...]


@dataclass(frozen=True)
class WatchCaseClosed:
    """There is a verdict; ``case.verdict`` says which."""

    case: WatchCase
