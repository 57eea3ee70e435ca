"""Hands the pages what the uplink and its proofs say: links, vehicles on them, states, beginnings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.exchange.proof_ports import ProofPorts, hand_in
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest.streams import streams_numbered
from voltward.uplink.links import (
    NAME_PATTERN,
    VEHICLE,
    LinksFile,
    read_links_without_secrets,
    read_vehicles,
)
from voltward.uplink.proof import STREAM_PREFIX
from voltward.uplink.proof_rows import proofs_of
from voltward.uplink.proving import read_proving_status


def hand_in_proofs(settings: Settings) -> None:
    hand_in(proof_ports_of(settings))


def proof_ports_of(settings: Settings) -> ProofPorts:
    """Made once per process; nothing is opened before the first page asks."""
    return ProofPorts(
        links=partial(_links, settings),
        vehicles=partial(_vehicles, settings),
        began_ms=_Beginnings(settings),
        status=partial(_status, settings),
        proving=lambda: read_proving_status(places.proving_status(settings)),
        place=partial(_place, settings),
    )


def _links(settings: Settings) -> LinksFile:
    try:
        return read_links_without_secrets(places.links_folder(settings))
    except FileNotFoundError:
        return LinksFile(0)


def _vehicles(settings: Settings) -> NDArray[Any]:
    try:
        return read_vehicles(places.links_folder(settings))[1]
    except FileNotFoundError:
        return np.zeros(0, VEHICLE)


def _status(settings: Settings, link: str) -> Mapping[str, Any] | None:
    if not NAME_PATTERN.fullmatch(link):
        return None
    try:
        found = json.loads(places.uplink_status(settings, link).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _place(settings: Settings, stream: int, position: int) -> str:
    with JournalReader(places.journal_folder(settings)) as reader:
        names = streams_numbered(stream, reader.streams())
    return str(Position.of_number(names[0], position)) if names else ""


class _Beginnings:
    """When each link began: its first outcome, or the first sending that led to it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, int] = {}

    def __call__(self, link: str) -> int:
        if link not in self._known:
            try:
                found = self._first(link)
            except (JournalError, BadInput, OSError):
                return 0
            if not found:
                return 0  # it may begin any moment
            self._known[link] = found
        return self._known[link]

    def _first(self, link: str) -> int:
        keys = places.journal_keys(self._settings)
        stream = f"{STREAM_PREFIX}{link}"
        with JournalReader(places.journal_folder(self._settings), keys=keys) as reader:
            if stream not in reader.streams():
                return 0
            proofs = proofs_of([reader.read(None, stream, 1)])
        if not len(proofs):
            return 0
        sent_ms = proofs.entries["sent_ms"][proofs.entries["sent_ms"] > 0]
        return min(int(proofs.known_ms.min()), *map(int, sent_ms))
