"""One HTTP request in ClickHouse's protocol, taken apart: statement, data, settings, parameters."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from voltward.telemetry.store.errors import BAD_ARGUMENTS, NOT_IMPLEMENTED, StoreError

# What the protocol takes for itself; every other URL parameter is a setting of the query.
_RESERVED = frozenset(
    {
        "add_http_cors_header",
        "buffer_size",
        "cancel_http_readonly_queries_on_client_close",
        "client_protocol_version",
        "compress",
        "database",
        "decompress",
        "default_format",
        "enable_http_compression",
        "http_headers_progress_interval_ms",
        "password",
        "query",
        "query_id",
        "quota_key",
        "role",
        "send_progress_in_http_headers",
        "session_check",
        "session_id",
        "session_timeout",
        "stacktrace",
        "user",
        "wait_end_of_query",
    }
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LEADING = rb"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*"
_INSERT = re.compile(_LEADING + rb"INSERT\s+INTO\b", re.IGNORECASE | re.DOTALL)
# The FORMAT clause of an insert: the data begins after it and one line feed or space.
_INSERT_FORMAT = re.compile(rb"\sFORMAT\s+(\w+)[ \t]*(?:;|\r?\n)?", re.IGNORECASE)
_OUTPUT_FORMAT = re.compile(r"\sFORMAT\s+(\w+)\s*(?:SETTINGS\b[^']*)?;?\s*$", re.IGNORECASE)
_TAKES_DATA = re.compile(rb"\b(?:SELECT|VALUES|WITH|WATCH|FROM\s+INFILE)\b", re.IGNORECASE)
LONGEST_STATEMENT = 8 << 20


class Headers(Protocol):
    """Header lines by name, case not minded."""

    def get(self, name: str, /) -> str | None: ...


@dataclass(frozen=True)
class Request:
    """What one request asks for.

    ``data`` is not None only for an insert that brings its rows along, in ``data_format``.
    """

    statement: str
    data: memoryview | None
    data_format: str
    output_format: str
    database: str
    settings: tuple[tuple[str, str], ...]
    parameters: dict[str, str]
    readonly: bool


def credentials(headers: Headers, parameters: Mapping[str, str]) -> str | None:
    """The token a request carries, wherever ClickHouse clients may put it; None: none."""
    key = headers.get("X-ClickHouse-Key")
    if key is not None:
        return key
    scheme, _, rest = (headers.get("Authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            _, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return password
    return parameters.get("password")


def parsed(method: str, query_string: str, headers: Headers, body: bytes) -> Request:
    """The request in ``query_string`` and ``body`` (already decompressed).

    Raises:
        StoreError: no statement, a form upload, or a setting that is no name.
    """
    if (headers.get("Content-Type") or "").lower().startswith("multipart/form-data"):
        raise StoreError.made(NOT_IMPLEMENTED, "External tables and form uploads are not served")
    values = dict(parse_qsl(query_string, keep_blank_values=True, max_num_fields=2000))
    statement, data, data_format = _statement(values.get("query", ""), body)
    default = headers.get("X-ClickHouse-Format") or values.get("default_format") or "TabSeparated"
    found = _OUTPUT_FORMAT.search(statement) if data is None else None
    return Request(
        statement=statement,
        data=data,
        data_format=data_format,
        output_format=found.group(1) if found else default,
        database=headers.get("X-ClickHouse-Database") or values.get("database", ""),
        settings=_settings(values),
        parameters={key[6:]: text for key, text in values.items() if key.startswith("param_")},
        readonly=method == "GET",
    )


def _statement(from_url: str, body: bytes) -> tuple[str, memoryview | None, str]:
    """Statement, data and data format; the statement sits in the URL, in the body, or in both."""
    head = from_url.encode() if from_url else body
    insert = _INSERT.match(head)
    if insert is not None:
        found = _INSERT_FORMAT.search(head, insert.end())
        if found is not None and not _TAKES_DATA.search(head, insert.end(), found.start()):
            name = found.group(1).decode()
            if name.lower() != "values":
                data = memoryview(body)[0 if from_url else found.end() :]
                return _text(head[: found.start()]), data, name
    return _text(b"%b\n%b" % (head, body) if from_url and body else head), None, ""


def _text(statement: bytes) -> str:
    if len(statement) > LONGEST_STATEMENT:
        raise StoreError.made(BAD_ARGUMENTS, f"A statement of {len(statement)} bytes is too long")
    try:
        text = statement.decode().strip()
    except UnicodeDecodeError as error:
        raise StoreError.made(BAD_ARGUMENTS, f"The statement is not UTF-8: {error}") from error
    if not text:
        raise StoreError.made(BAD_ARGUMENTS, "Empty query")
    return text


def _settings(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    chosen = []
    for name, value in values.items():
        if name in _RESERVED or name.startswith("param_"):
            continue
        if not _NAME.fullmatch(name):
            raise StoreError.made(BAD_ARGUMENTS, f"{name[:80]!r} is not the name of a setting")
        chosen.append((name, value))
    return tuple(chosen)
