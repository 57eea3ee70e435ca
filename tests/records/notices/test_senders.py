"""Each sender against a server that checks like the vendor; allowed hosts; the file; mail over TLS."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from tests.records.notices.conftest import House
from tests.records.notices.vendors import HOOK, KEY, SECRET, TOKEN, Vendors, vendors_running

from voltward.records import notice_ports
from voltward.records.senders import SENDERS
from voltward.records.senders import http as outgoing
from voltward.records.senders.dingtalk import signature as dingtalk_signature
from voltward.records.senders.feishu import signature as feishu_signature
from voltward.records.senders.http import HostNotAllowed, allowed_address, post_json
from voltward.records.senders.protocol import Message

AT = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)
MESSAGE = Message(
    title="时限已超：报告", body="第一行\n第二行", link="https://voltward.example.com/inbox/7/",
    language="zh-hans", severity=3, address="13800001234", key="0f8fad5b", at=AT,
)  # fmt: skip
SECRETS = {
    "wecom": {"key": KEY},
    "dingtalk": {"access_token": TOKEN, "secret": SECRET},
    "feishu": {"hook": HOOK, "secret": SECRET},
    "sms": {"secret": SECRET},
    "voice": {"secret": SECRET},
}


@pytest.fixture
def vendors(house: House) -> Iterator[Vendors]:
    with vendors_running(AT.timestamp()) as running:
        yield running


def settings(kind: str, vendors: Vendors) -> dict[str, str]:
    if kind in ("sms", "voice"):
        return {"adapter": "http", "url": f"{vendors.origin}/send"}
    return {"origin": vendors.origin}


def test_the_signatures_are_those_of_the_vendors_sample_programs() -> None:
    # computed as those programs do; the two differ in what is the key and what is the text
    assert dingtalk_signature(1700000000000, "this is secret") == (
        "sSFWELbV2YwjdDQhWZwTcWlX5BWUx5J6TPpsZmuPii0="
    )
    assert feishu_signature(1599360473, "demo") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


@pytest.mark.parametrize("kind", SECRETS)
def test_a_message_is_taken_by_whoever_checks_like_the_vendor(kind: str, vendors: Vendors) -> None:
    outcome = SENDERS[kind].send(MESSAGE, settings(kind, vendors), SECRETS[kind])
    assert outcome.sent, outcome
    said = json.dumps(vendors.taken, ensure_ascii=False)
    assert "时限已超：报告" in said
    assert len(vendors.taken) == 1


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("wrong", range(2))
def test_with_a_wrong_secret_it_is_refused_and_not_tried_again(
    kind: str, wrong: int, vendors: Vendors
) -> None:
    names = list(SECRETS[kind])
    given = {**SECRETS[kind], names[wrong % len(names)]: "another"}
    outcome = SENDERS[kind].send(MESSAGE, settings(kind, vendors), given)
    assert (outcome.sent, outcome.again, vendors.taken) == (False, False, [])
    assert "another" not in outcome.answer


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_an_old_signature_is_refused(kind: str, vendors: Vendors) -> None:
    vendors.now_s += 3601
    outcome = SENDERS[kind].send(MESSAGE, settings(kind, vendors), SECRETS[kind])
    assert not outcome.sent


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(
    ("answer", "again"),
    [((500, b"oops"), True), ((429, b"{}"), True), ((404, b"<html>"), False), ((302, b""), False)],
)
def test_only_a_busy_provider_is_asked_again(
    kind: str, answer: tuple[int, bytes], again: bool, vendors: Vendors
) -> None:
    vendors.answer = answer
    outcome = SENDERS[kind].send(MESSAGE, settings(kind, vendors), SECRETS[kind])
    assert (outcome.sent, outcome.again) == (False, again)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("wecom", b'{"errcode": 45009, "errmsg": "api freq out of limit"}'),
        ("dingtalk", b'{"errcode": 130101, "errmsg": "send too fast"}'),
        ("feishu", b'{"code": 11232, "msg": "frequency limited"}'),
    ],
)
def test_too_many_messages_means_later(kind: str, answer: bytes, vendors: Vendors) -> None:
    vendors.answer = (200, answer)
    outcome = SENDERS[kind].send(MESSAGE, settings(kind, vendors), SECRETS[kind])
    assert (outcome.sent, outcome.again) == (False, True)


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
@pytest.mark.parametrize("answer", [b"[]", b"", b"nonsense", b'{"errcode": false}', b"\xff"])
def test_an_answer_without_the_vendors_word_is_no_proof(
    kind: str, answer: bytes, vendors: Vendors
) -> None:
    vendors.answer = (200, answer)
    assert not SENDERS[kind].send(MESSAGE, settings(kind, vendors), SECRETS[kind]).sent


def test_the_longest_message_fits_every_robot_and_keeps_its_link(vendors: Vendors) -> None:
    long = replace(MESSAGE, body="长" * 9000)
    for kind in ("wecom", "dingtalk", "feishu"):
        assert SENDERS[kind].send(long, settings(kind, vendors), SECRETS[kind]).sent
    assert all(MESSAGE.link in json.dumps(said) for said in vendors.taken)


def test_the_gateway_gets_the_key_of_the_delivery(vendors: Vendors) -> None:
    SENDERS["sms"].send(MESSAGE, settings("sms", vendors), SECRETS["sms"])
    assert vendors.headers[0]["Idempotency-Key"] == vendors.taken[0]["key"] == "0f8fad5b"
    assert vendors.taken[0]["text"].startswith("【伏卫】")


def test_the_file_adapter_shows_what_would_be_sent_without_the_number(house: House) -> None:
    for kind in ("sms", "voice"):
        assert SENDERS[kind].send(MESSAGE, {"adapter": "file"}, {}).sent
    lines = [json.loads(line) for line in house.outbox.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["sms", "voice"]
    assert lines[0]["to"] == "***1234"
    assert house.outbox.stat().st_mode & 0o077 == 0


# ---- where messages may go


def addresses(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    def look_up(host: str, port: int, **_named: object) -> list[tuple[object, ...]]:
        return [(None, None, None, "", (address, port)) for address in found]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "fd00::1", "0.0.0.0",
     "::ffff:10.0.0.1", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_a_listed_host_that_leads_inside_the_house_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    addresses(monkeypatch, "203.0.114.7", address)
    with pytest.raises(HostNotAllowed):
        allowed_address("open.feishu.cn", 443, is_plain=False)


@pytest.mark.parametrize(
    "url",
    ["https://bad.example/", "http://open.feishu.cn/", "https://open.feishu.cn.bad.example/",
     "https://open.feishu.cn@bad.example/", "http://[::1]/", "http://169.254.169.254/", "https:///x"],
)  # fmt: skip
def test_hosts_that_are_not_listed_are_not_even_looked_up(
    house: House, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("looked up")

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", never)
    with pytest.raises(HostNotAllowed):
        post_json(url, b"{}", {})


def test_the_connection_goes_to_the_address_that_was_judged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses(monkeypatch, "203.0.114.7")
    asked: list[object] = []

    def connect(address: object, _timeout: float) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        post_json("https://open.feishu.cn/x", b"{}", {})
    assert asked == [("203.0.114.7", 443)]


def test_a_redirect_is_not_followed(vendors: Vendors) -> None:
    vendors.answer, vendors.location = (307, b""), "http://127.0.0.1:1/elsewhere"
    outcome = SENDERS["wecom"].send(MESSAGE, settings("wecom", vendors), SECRETS["wecom"])
    assert (outcome.sent, len(vendors.paths)) == (False, 1)


# ---- mail


class MailServer(Thread):
    """Speaks as much SMTP as one message needs, over TLS from the first octet or after STARTTLS."""

    def __init__(self, context: ssl.SSLContext, *, starttls: bool, refuse: bytes = b"") -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.context, self.starttls, self.refuse = context, starttls, refuse
        self.plain: list[bytes] = []
        self.heard: list[bytes] = []

    def run(self) -> None:
        link, _address = self.listener.accept()
        with self.listener, link:
            if self.starttls:
                self._talk(link, self.plain)
            with self.context.wrap_socket(link, server_side=True) as secure:
                self._talk(secure, self.heard, greet=not self.starttls)

    def _talk(self, link: socket.socket, heard: list[bytes], greet: bool = True) -> None:
        if greet:
            link.sendall(b"220 mail\r\n")
        data = False
        with link.makefile("rb") as lines:
            for line in lines:
                heard.append(line)
                word = line.split()[0].upper() if line.split() else b""
                if data:
                    data = line != b".\r\n"
                    answer = b"" if data else b"250 taken\r\n"
                elif word == b"EHLO":
                    answer = b"250-mail\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
                elif word == b"STARTTLS":
                    link.sendall(b"220 go\r\n")
                    return
                elif word == b"DATA":
                    data, answer = True, b"354 go\r\n"
                elif word == b"AUTH":
                    answer = b"235 in\r\n"
                elif word == b"RCPT" and self.refuse:
                    answer = self.refuse
                elif word == b"QUIT":
                    link.sendall(b"221 bye\r\n")
                    return
                else:
                    answer = b"250 ok\r\n"
                link.sendall(answer)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a server on 127.0.0.1."""
    from datetime import timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("mail") / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    make = ssl.create_default_context

    def trusting() -> ssl.SSLContext:
        return make(cafile=str(certificate))

    monkeypatch.setattr("voltward.records.senders.email.ssl.create_default_context", trusting)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def mail_settings(port: int, tls: str) -> dict[str, str]:
    return {"host": "127.0.0.1", "port": str(port), "tls": tls, "sender": "voltward@maker.example",
            "user": "voltward"}  # fmt: skip


TO_MAIL = replace(MESSAGE, address="wang@maker.example")


@pytest.mark.parametrize("tls", ["smtps", "starttls"])
def test_mail_goes_over_tls_with_the_key_as_its_message_id(
    house: House, trusted: ssl.SSLContext, tls: str
) -> None:
    server = MailServer(trusted, starttls=tls == "starttls")
    server.start()
    outcome = SENDERS["email"].send(TO_MAIL, mail_settings(server.port, tls), {"password": SECRET})
    server.join(5)
    assert outcome.sent, outcome
    text = b"".join(server.heard)
    assert b"Message-ID: <0f8fad5b@maker.example>" in text
    assert b"rcpt TO:<wang@maker.example>" in text or b"RCPT TO:<wang@maker.example>" in text
    assert [line.split()[0].upper() for line in server.plain] in ([], [b"EHLO", b"STARTTLS"])


@pytest.mark.parametrize(
    ("refuse", "again"), [(b"550 no such user\r\n", False), (b"451 later\r\n", True)]
)
def test_a_mail_server_that_refuses_says_whether_to_come_again(
    house: House, trusted: ssl.SSLContext, refuse: bytes, again: bool
) -> None:
    server = MailServer(trusted, starttls=False, refuse=refuse)
    server.start()
    outcome = SENDERS["email"].send(TO_MAIL, mail_settings(server.port, "smtps"), {})
    server.join(5)
    assert (outcome.sent, outcome.again) == (False, again)


def test_mail_is_not_sent_to_a_server_whose_certificate_is_not_trusted(
    house: House, certificate: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = MailServer(context, starttls=False)
    server.run = lambda: None  # type: ignore[method-assign]
    thread = Thread(target=_quietly, args=(server,), daemon=True)
    thread.start()
    with pytest.raises(ssl.SSLCertVerificationError):
        SENDERS["email"].send(TO_MAIL, mail_settings(server.port, "smtps"), {"password": SECRET})
    thread.join(5)
    assert server.heard == []


def _quietly(server: MailServer) -> None:
    link, _address = server.listener.accept()
    with server.listener, link:
        try:
            with server.context.wrap_socket(link, server_side=True):
                pass
        except OSError:
            pass


def test_a_mail_server_that_is_not_listed_is_not_asked(house: House) -> None:
    settings = {**mail_settings(25, "smtps"), "host": "mail.bad.example"}
    with pytest.raises(HostNotAllowed):
        SENDERS["email"].send(TO_MAIL, settings, {})
    assert notice_ports.ports().private_hosts == {"127.0.0.1"}
