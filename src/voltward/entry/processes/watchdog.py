"""``voltward watchdog``: the dead-man's switch; needs no database, no store and no Django."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event

from voltward.base.canary import CANARY_VIN
from voltward.base.settings import Settings
from voltward.base.vehicle_id import vehicle_id
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.watchdog.canary import CanaryLink
from voltward.watchdog.finding_tail import FindingTail
from voltward.watchdog.probes import (
    Probe,
    Seen,
    file_renewed,
    process_answers,
    store_row,
    web_answers,
)
from voltward.watchdog.rounds import Places, Rounds

STORE_PROCESS = "process:store"


def run_watchdog(settings: Settings) -> None:
    """Look until SIGTERM."""
    begin_log(settings.log_level)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    rounds(settings).run(stopping)


def rounds(settings: Settings) -> Rounds:
    """The watchdog of an installation."""
    host, _, port = settings.gateway.rpartition(":")
    # a gateway on all addresses is reached on this machine
    here = "127.0.0.1" if host in ("", "0.0.0.0", "[::]") else host.strip("[]")  # noqa: S104
    optional = {"alarms": places.alarms_beat(settings)}
    return Rounds(
        link=CanaryLink(here, int(port)),
        probes=_probes(settings),
        places=Places(
            status=places.watchdog_status(settings),
            contacts=places.watchdog_contacts(settings),
            outbox=settings.data / "notices" / "watchdog.jsonl",
            availability=places.availability_folder(settings),
            processes=settings.data / "run" / "metrics.json",
        ),
        optional=optional,
    )


def _probes(settings: Settings) -> dict[str, Probe]:
    """In the order in which data flows: the first that stands is the likeliest cause."""
    canary = vehicle_id(CANARY_VIN, places.vehicle_key(settings))
    probes: dict[str, Probe] = {}
    if not settings.store_url:
        probes[STORE_PROCESS] = _of_port(places.store_run_file(settings))
    return probes | {
        "store": store_row(lambda: _store_address(settings), places.store_token(settings), canary),
        "findings": FindingTail(places.journal_folder(settings), canary),
        "alarms": file_renewed(places.alarms_beat(settings)),
        "office": file_renewed(places.office_beat(settings)),
        "web": web_answers(lambda: settings.web),
    }


def _store_address(settings: Settings) -> str:
    try:
        return places.store_address(settings)
    except places.StoreNotThere:
        raise ValueError("not running") from None


def _of_port(file: Path) -> Probe:
    """Of the process that wrote its port there; it may come back with another."""

    def probe(now_s: float) -> Seen:
        try:
            port = int(file.read_text())
        except (OSError, ValueError):
            return Seen(None, "not running")
        return process_answers(port)(now_s)

    return probe
