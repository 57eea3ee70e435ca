"""Stopping and starting the demo's own public platform, to see a backlog grow and drain."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from voltward.base.errors import NotFound, WrongState
from voltward.exchange.models import PublicPlatform
from voltward.exchange.ports import Simulated, simulated_behind
from voltward.exchange.selectors.platforms import platform_locked
from voltward.records.actions import action, record
from voltward.records.models import Person

MANAGE: Final = "exchange.manage"


@action("uplink.simulated_stop", needs=MANAGE)
def simulated_stop(actor: Person, *, name: str) -> None:
    """The platform at the other end hangs up and lets nobody in; what comes meanwhile waits here.

    Raises:
        NotFound: no such link, or a platform that is not ours behind it.
        WrongState: it is stopped.
    """
    platform, found = _found(actor, name, closed=False)
    transaction.on_commit(found.close)
    _recorded(actor, "uplink.simulated_stop", platform, stopped=True)


@action("uplink.simulated_start", needs=MANAGE)
def simulated_start(actor: Person, *, name: str) -> None:
    """It lets the uplink in again; raises as ``simulated_stop``."""
    platform, found = _found(actor, name, closed=True)
    transaction.on_commit(found.open)
    _recorded(actor, "uplink.simulated_start", platform, stopped=False)


def _found(actor: Person, name: str, *, closed: bool) -> tuple[PublicPlatform, Simulated]:
    platform, found = platform_locked(actor, name), simulated_behind(name)
    if found is None:
        raise NotFound(f"simulated platform behind {name[:40]}")
    if found.is_closed() != closed:
        raise WrongState(f"the simulated platform behind {name}, stopped: {not closed}")
    return platform, found


def _recorded(actor: Person, name: str, platform: PublicPlatform, *, stopped: bool) -> None:
    before, after = {"stopped": not stopped}, {"stopped": stopped}
    record(actor, name, platform, before=before, after=after, maker_id=platform.maker_id)
