"""Pages leave by every way, signed, to allowed hosts only; what nobody takes is tried again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.watchdog.scenes import Stand

from voltward.records.senders import dingtalk, feishu, telephone
from voltward.watchdog.contacts import Contacts, Way, read_contacts, write_contacts
from voltward.watchdog.pager import page

AT_S = 1_790_000_000.0


class Provider(BaseHTTPRequestHandler):
    """Keeps what it was sent."""

    got: list[tuple[str, dict[str, Any], dict[str, str], bytes]] = []
    answer = b'{"errcode": 0}'
    status = 200

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, json.loads(raw), dict(self.headers), raw))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def origin() -> Iterator[str]:
    Provider.got, Provider.answer, Provider.status = [], b'{"errcode": 0}', 200
    with HTTPServer(("127.0.0.1", 0), Provider) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_address[1]}"
        found.shutdown()
        thread.join()


def contacts(*ways: Way, phones: tuple[str, ...] = ()) -> Contacts:
    return Contacts(ways, phones, (), ("127.0.0.1",), "http://office")


def test_robots_get_what_the_offices_own_senders_would_sign(origin: str, tmp_path: Path) -> None:
    to = {"origin": origin}
    given = contacts(
        Way("wecom", "a", to, {"key": "k1"}),
        Way("dingtalk", "b", to, {"access_token": "t", "secret": "s"}),
        Way("feishu", "c", to, {"hook": "h", "secret": "s"}),
    )
    sent = page(given, "停止", "详情", tmp_path / "out.jsonl", lambda: AT_S)
    assert (sent.count, sent.failures) == (3, ())
    (wecom, ding, fei) = Provider.got
    assert "key=k1" in wecom[0]
    assert "停止" in wecom[1]["text"]["content"]
    query = parse_qs(urlsplit(ding[0]).query)
    assert query["sign"] == [dingtalk.signature(int(AT_S * 1000), "s")]
    assert fei[1]["sign"] == feishu.signature(int(AT_S), "s")


def test_telephones_are_called_in_order_signed_like_the_offices(
    origin: str, tmp_path: Path
) -> None:
    way = Way("voice", "a", {"adapter": "http", "url": f"{origin}/call"}, {"secret": "s"})
    page(contacts(way, phones=("119", "13900000000")), "停止", "", tmp_path / "o", lambda: AT_S)
    assert [one[1]["to"] for one in Provider.got] == ["119", "13900000000"]
    _path, _body, headers, raw = Provider.got[0]
    signed = telephone.signature(headers["X-Voltward-Timestamp"], raw, "s")
    assert headers["X-Voltward-Signature"] == signed


def test_a_host_on_no_list_and_a_robot_that_says_no_took_nothing(
    origin: str, tmp_path: Path
) -> None:
    elsewhere = Way("wecom", "外面", {"origin": "http://192.0.2.1"}, {"key": "SECRET"})
    Provider.answer = b'{"errcode": 45009, "errmsg": "SECRET"}'
    here = Way("wecom", "群", {"origin": origin}, {"key": "SECRET"})
    sent = page(contacts(elsewhere, here), "停止", "", tmp_path / "o", lambda: AT_S)
    assert sent.count == 0
    assert sent.failures == ("外面: host not on the list of outgoing hosts", "群: code 45009")


def test_the_file_of_contacts_is_its_owners_only_and_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "snapshots" / "watchdog_contacts.json"
    assert read_contacts(file) == Contacts()
    given = contacts(Way("wecom", "群", {}, {"key": "key-of-a-robot"}), phones=("119",))
    write_contacts(file, given)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_contacts(file) == given
    assert b"key-of-a-robot" not in file.read_bytes()


def test_what_no_way_took_is_tried_again_until_one_does(origin: str, tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    way = Way("wecom", "群", {"origin": origin}, {"key": "k"})
    write_contacts(stand.places.contacts, contacts(way))
    stand.live(60)
    Provider.status = 500
    stand.stop("web")
    stand.live(90)
    refused = len(Provider.got)
    assert refused >= 2
    Provider.status = 200
    stand.live(30)
    assert len(Provider.got) == refused + 1
    assert "网页" in Provider.got[-1][1]["text"]["content"]
    stand.live(60)
    assert len(Provider.got) == refused + 1
