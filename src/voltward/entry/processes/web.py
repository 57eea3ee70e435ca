"""``voltward web``: pages and API under uvicorn."""

import uvicorn

from voltward.base.settings import Settings
from voltward.entry.processes.logs import begin_log
from voltward.gateway.config import address


def run_web(settings: Settings) -> None:
    """Serve until SIGTERM. Server-sent events end at once, so that a restart takes no page hostage."""
    begin_log(settings.log_level)
    host, port = address(settings.web)
    uvicorn.run(
        "voltward.entry.asgi:application",
        host=host or "0.0.0.0",  # noqa: S104 - an empty host in HOST:PORT asks for all addresses
        port=port,
        loop="uvloop",
        lifespan="off",
        log_config=None,  # its own lines end in the same log, in the same form
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
