"""Open files of the process: each link takes one, and the journal must always get one more."""

from __future__ import annotations

import resource
from contextlib import suppress
from dataclasses import replace

import structlog

from voltward.gateway.config import GatewayConfig

log = structlog.get_logger(__name__)

RESERVE = 256  # journal, session files, listeners, metrics, and links on their way out


def fitted(config: GatewayConfig) -> GatewayConfig:
    """Let the process open as many files as the system allows, and take no more links than fit.

    Without this the usual soft limit of 1,024 lets a thousand vehicles starve the journal.
    """
    files = _raised_limit()
    wanted = config.limits.links
    if files == resource.RLIM_INFINITY or wanted <= files - RESERVE:
        return config
    links = max(1, files - RESERVE)
    log.warning("links_limited", links=links, wanted=wanted, open_files=files)
    return replace(config, limits=replace(config.limits, links=links))


def _raised_limit() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # a container may forbid it: then the soft one holds
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
