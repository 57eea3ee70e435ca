"""The keys a process begins with, and whether this machine can use them at all."""

from __future__ import annotations

import structlog

from voltward.gateway.config import KeySource
from voltward.gateway.keys import Keys
from voltward.seals.libcrypto import NoSm2, libcrypto
from voltward.seals.own_keys import FileKeys

log = structlog.get_logger(__name__)


def key_ring(source: KeySource | None) -> Keys:
    """Says so loudly when SM2 is missing: vehicles that sign with it are then refused, not believed."""
    try:
        libcrypto()
    except NoSm2 as error:
        log.critical("sm2_missing", detail=str(error), refused="vehicles that sign with SM2")
    if source is None:
        return Keys()
    return Keys(FileKeys(source.own), source.seal_key)
