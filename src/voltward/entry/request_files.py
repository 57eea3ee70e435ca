"""Carries requests for expired frames to the uplink, and back that they are done."""

from __future__ import annotations

from threading import Event
from typing import Final

import numpy as np
import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.errors import Refused
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.exchange.models import UplinkRequest
from voltward.exchange.selectors.requests import requests_waiting
from voltward.exchange.services.requests import uplink_request_done
from voltward.records.selectors import installation
from voltward.uplink.due import DUE
from voltward.uplink.requests import FOLDER, left_of, write_request

LOOK_EVERY_S: Final = 2.0
_log = structlog.get_logger("voltward.office")


def follow(settings: Settings, stopping: Event) -> None:
    """Look every few seconds until ``stopping``; outlives a database that is away and a full disk."""
    told = ""
    while not stopping.is_set():
        try:
            close_old_connections()
            look(settings)
            told = ""
        except (DatabaseError, OSError, Refused) as error:
            text = f"{type(error).__name__}: {error}"
            if text != told:
                _log.error("requests for expired frames wait", fault=text)
            told = text
        stopping.wait(LOOK_EVERY_S)


def look(settings: Settings) -> None:
    """A file for each request that waits; those that the uplink has finished are done, and go."""
    for row in requests_waiting():
        link = row.platform.name
        if left_of(places.uplink_folder(settings) / link / "requested" / str(row.pk)) == 0:
            uplink_request_done(installation(), request_id=row.pk)
            continue
        folder = places.links_folder(settings) / FOLDER / link
        if not (folder / str(row.pk)).exists():
            write_request(folder, row.pk, np.frombuffer(bytes(row.places), DUE))
    _tidy(settings)


def _tidy(settings: Settings) -> None:
    """Files whose requests are done, which a stop in between may have left."""
    found = {
        int(path.name): path
        for path in (places.links_folder(settings) / FOLDER).glob("*/*")
        if path.name.isdecimal()
    }
    waiting = {row.pk for row in requests_waiting()} if found else set()
    known = UplinkRequest.objects.filter(pk__in=found).values_list("pk", flat=True)
    for number in set(known) - waiting:
        found[number].unlink(missing_ok=True)
