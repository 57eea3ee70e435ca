"""A client of the telemetry store: the embedded process and a ClickHouse server alike."""

from typing import Any
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from voltward.base.errors import BadSetting

__all__ = ["Client", "connect"]
# Duplicates share their collection time, so they lie in one partition: a month that is merged to
# one part need not be merged again for every query.
_SETTINGS = {"do_not_merge_across_partitions_select_final": 1}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def connect(
    url: str,
    token: str,
    *,
    database: str = "voltward",
    timeout_s: int = 300,
    settings: dict[str, Any] | None = None,
) -> Client:
    """A client for ``http(s)://[user@]host:port``; safe to use from many threads.

    The database need not exist yet. Rows are packed on the way only when they leave the machine.

    Raises:
        BadSetting: an address without scheme or host.
        clickhouse_connect.driver.exceptions.Error: not reachable, or the token is refused.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(f"store_url {url!r}: expected http://HOST:PORT or https://HOST:PORT")
    client = clickhouse_connect.get_client(
        host=parts.hostname,
        port=parts.port or (8443 if parts.scheme == "https" else 8123),
        interface=parts.scheme,
        username=unquote(parts.username or "default"),
        password=token,
        database="default",
        compress=parts.hostname not in _LOOPBACK,
        send_receive_timeout=timeout_s,
        autogenerate_session_id=False,
        client_name="voltward",
        settings={**_SETTINGS, **(settings or {})},
        tz_mode="aware",
    )
    # Set afterwards: the first request must not name a database that is not there yet.
    client.database = database
    return client
