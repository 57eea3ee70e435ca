"""The store process speaks enough of ClickHouse's HTTP protocol for ClickHouse's own client."""

import gzip
import http.client
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import clickhouse_connect
import pyarrow as pa
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from voltward.telemetry.client import Client, connect
from voltward.telemetry.store.process import StoreProcess


def _asked(
    store: StoreProcess,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    path: str = "/",
    token: str | None = None,
    **parameters: str,
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body of one request."""
    connection = http.client.HTTPConnection(urlsplit(store.url).netloc)
    given = {"X-ClickHouse-Key": store.token if token is None else token, **(headers or {})}
    method = "GET" if body is None else "POST"
    connection.request(method, f"{path}?{urlencode(parameters)}", body, given)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content


def test_a_query_is_taken_from_the_url_from_the_body_and_from_both(store: StoreProcess) -> None:
    assert _asked(store, query="SELECT 1 + 1")[2] == b"2\n"
    assert _asked(store, b"SELECT 1 + 2")[2] == b"3\n"
    assert _asked(store, b"+ 3", query="SELECT 1")[2] == b"4\n"


def test_answers_carry_format_query_id_summary_and_time_zone(store: StoreProcess) -> None:
    status, headers, body = _asked(
        store, b"SELECT number FROM numbers(3) FORMAT JSONEachRow", query_id="mine"
    )
    assert status == 200
    assert [json.loads(line)["number"] for line in body.splitlines()] == [0, 1, 2]
    assert headers["x-clickhouse-format"] == "JSONEachRow"
    assert headers["x-clickhouse-query-id"] == "mine"
    assert headers["x-clickhouse-timezone"] == "UTC"
    assert set(json.loads(headers["x-clickhouse-summary"])) >= {"read_rows", "written_rows"}


def test_the_default_format_is_chosen_by_parameter_or_header(store: StoreProcess) -> None:
    assert _asked(store, b"SELECT 'a', 1", default_format="CSV")[2] == b'"a",1\n'
    assert _asked(store, b"SELECT 1", {"X-ClickHouse-Format": "JSONCompactEachRow"})[2] == b"[1]\n"


@pytest.mark.parametrize("token", ["", "wrong", "密码"])
def test_nobody_gets_in_without_the_token(store: StoreProcess, token: str) -> None:
    status, headers, body = _asked(store, b"SELECT 1", token=token.encode().decode("latin-1"))
    assert status == 403
    assert headers["x-clickhouse-exception-code"] == "516"
    assert body.startswith(b"Code: 516. DB::Exception: ")


def test_the_token_may_come_as_basic_or_bearer_or_parameter(store: StoreProcess) -> None:
    url = f"{store.url}/?query=SELECT+1"
    for header in (f"Bearer {store.token}",):
        request = urllib.request.Request(url, headers={"Authorization": header})
        assert urllib.request.urlopen(request).read() == b"1\n"
    assert urllib.request.urlopen(f"{url}&password={store.token}").read() == b"1\n"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": "Basic %%"}))
    assert refused.value.code == 403
    refused.value.close()


def test_ping_and_metrics_need_no_token_and_tell_no_data(store: StoreProcess) -> None:
    assert _asked(store, path="/ping", token="")[2] == b"Ok.\n"
    assert _asked(store, path="/replicas_status", token="")[2] == b"Ok.\n"
    assert b"voltward_store_query_seconds_count" in _asked(store, path="/metrics", token="")[2]


@pytest.mark.parametrize(
    ("statement", "status", "code"),
    [
        ("SELEC", 400, 62),
        ("SELECT * FROM no_such_table", 404, 60),
        ("SELECT no_such_function()", 404, 46),
        ("SELECT throwIf(1)", 500, 395),
        ("SELECT 1 SETTINGS no_such_setting = 1", 404, 115),
        ("SELECT {x:UInt8}", 400, 456),
    ],
)
def test_errors_have_the_code_of_clickhouse(
    store: StoreProcess, statement: str, status: int, code: int
) -> None:
    found, headers, body = _asked(store, statement.encode())
    assert (found, headers["x-clickhouse-exception-code"]) == (status, str(code))
    assert body.startswith(f"Code: {code}. DB::".encode())


def test_a_get_request_cannot_write(store: StoreProcess) -> None:
    status, headers, _ = _asked(store, query="CREATE DATABASE sneaked_in")
    assert (status, headers["x-clickhouse-exception-code"]) == (403, "164")


def test_the_settings_of_one_request_do_not_reach_the_next(store: StoreProcess) -> None:
    value = b"SELECT getSetting('max_block_size')"
    usual = _asked(store, value)[2]
    assert _asked(store, value, max_block_size="7")[2] == b"7\n"
    assert _asked(store, value)[2] == usual


def test_a_query_that_asks_for_more_than_its_share_of_memory_fails_alone(
    store: StoreProcess,
) -> None:
    hungry = b"SELECT length(groupArray(number)) FROM numbers(1000000000)"
    _, headers, _ = _asked(store, hungry)
    assert headers["x-clickhouse-exception-code"] in ("241", "396")
    assert _asked(store, b"SELECT 1")[2] == b"1\n"


@pytest.mark.parametrize("encoding", ["gzip", "lz4", "zstd"])
def test_answers_are_packed_as_the_client_asks(store: StoreProcess, encoding: str) -> None:
    _, headers, body = _asked(
        store,
        b"SELECT number % 10 FROM numbers(10000)",
        {"Accept-Encoding": encoding},
        enable_http_compression="1",
    )
    assert headers["content-encoding"] == encoding
    assert len(body) < 2_000
    if encoding == "gzip":
        assert gzip.decompress(body).endswith(b"8\n9\n")


def test_a_broken_or_unknown_encoding_is_refused_by_name(store: StoreProcess) -> None:
    for encoding in ("gzip", "zstd", "snappy-ish"):
        status, _, body = _asked(store, b"no such thing", {"Content-Encoding": encoding})
        assert status in (400, 501)
        assert encoding.encode() in body


def test_a_body_in_chunks_is_put_together(store: StoreProcess) -> None:
    connection = http.client.HTTPConnection(urlsplit(store.url).netloc)
    parts = iter([b"SELECT ", b"40", b" + 2"])
    headers = {"X-ClickHouse-Key": store.token}
    connection.request("POST", "/", parts, headers, encode_chunked=True)
    assert connection.getresponse().read() == b"42\n"
    connection.close()


@pytest.mark.parametrize("compress", [False, "lz4", "zstd", "gzip"])
def test_clickhouse_connect_reads_and_writes(store: StoreProcess, compress: str | bool) -> None:
    parts = urlsplit(store.url)
    client = clickhouse_connect.get_client(
        host=str(parts.hostname), port=int(parts.port or 0), password=store.token, compress=compress
    )
    client.command("CREATE OR REPLACE TABLE exchange (a UInt32, b String) ENGINE = Memory")
    client.insert("exchange", [[1, "x"], [2, "伏卫"]], column_names=["a", "b"])
    client.insert_arrow("exchange", pa.table({"a": pa.array([3], pa.uint32()), "b": ["z"]}))
    found = client.query("SELECT * FROM exchange ORDER BY a").result_rows
    assert found == [(1, "x"), (2, "伏卫"), (3, "z")]
    assert client.query_arrow("SELECT max(a) AS a FROM exchange")["a"].to_pylist() == [3]
    many = client.query("SELECT number FROM numbers(200000)")
    assert many.row_count == 200_000
    client.command("DROP TABLE exchange")
    client.close()


def test_parameters_of_every_kind_arrive_unharmed(store: StoreProcess) -> None:
    values: dict[str, Any] = {
        "n": -5,
        "s": "it's \\ a\ttab\nline 伏卫 {x}",
        "l": [1, 2, 3],
        "t": ["a'b", "c\\d"],
        "d": datetime(2026, 3, 15, 4, 0, tzinfo=UTC),
    }
    client = store.client("default")
    found = client.query(
        "SELECT {n:Int32}, {s:String}, {l:Array(UInt64)}, {t:Array(String)}, {d:DateTime('UTC')}",
        parameters=values,
    ).result_rows
    assert found == [tuple(values.values())]
    client.close()


def test_an_insert_without_its_end_writes_nothing(empty_client: Client) -> None:
    name, empty_client.database = empty_client.database, None
    empty_client.command(f"CREATE DATABASE {name}")
    empty_client.command(f"CREATE TABLE {name}.t (a UInt64) ENGINE = MergeTree ORDER BY a")
    with pytest.raises(DatabaseError):
        empty_client.raw_insert(f"{name}.t", insert_block=b"\x01\x05\x01a", fmt="Native")
    assert empty_client.command(f"SELECT count() FROM {name}.t") == 0
    empty_client.database = name


def test_a_wrong_token_is_said_when_connecting(store: StoreProcess) -> None:
    with pytest.raises(DatabaseError, match="516"):
        connect(store.url, "not the token")
