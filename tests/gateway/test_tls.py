"""Listeners with TLS and mutual TLS, and settings that cannot be used."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.car import OK, OTHER_VIN, VIN, Car
from tests.gateway.certificates import Authority
from tests.gateway.servers import (
    Phone,
    Running,
    config_for,
    frames,
    gateway,
)

from voltward.base.errors import BadSetting
from voltward.gateway.config import Tls


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secured(tmp_path: Path, authority: Authority) -> Iterator[Running]:
    certificate, key = authority.issue("localhost")
    tls = Tls("127.0.0.1:0", certificate, key, client_ca=authority.path)
    with gateway(tmp_path, tls=tls) as server:
        yield server


def tls_phone(server: Running, context: ssl.SSLContext) -> Phone:
    assert server.state is not None
    assert server.state.tls_port is not None
    plain = socket.create_connection(("127.0.0.1", server.state.tls_port))
    return Phone(0, context.wrap_socket(plain, server_hostname="localhost"))


def test_a_vehicle_with_a_certificate_speaks_over_mutual_tls(
    tmp_path: Path, secured: Running, authority: Authority
) -> None:
    context = ssl.create_default_context(cafile=str(authority.path))
    context.load_cert_chain(*authority.issue(VIN))
    with tls_phone(secured, context) as phone:
        assert phone.asks(Car().login()).flag == OK
        assert phone.asks(Car().realtime(1)).flag == OK
    assert frames(tmp_path) == [Car().login(), Car().realtime(1)]


def test_a_vehicle_without_a_certificate_is_turned_away_by_mutual_tls(
    tmp_path: Path, secured: Running, authority: Authority
) -> None:
    context = ssl.create_default_context(cafile=str(authority.path))
    with pytest.raises((ssl.SSLError, ConnectionError)), tls_phone(secured, context) as phone:
        phone.asks(Car().login())
    assert frames(tmp_path) == []


def test_tls_alone_asks_for_no_certificate(tmp_path: Path, authority: Authority) -> None:
    tls = Tls("127.0.0.1:0", *authority.issue("localhost"))
    with gateway(tmp_path, tls=tls) as server:
        context = ssl.create_default_context(cafile=str(authority.path))
        with tls_phone(server, context) as phone, Phone(server.port) as plain:
            assert phone.asks(Car().login()).flag == OK
            assert plain.asks(Car(OTHER_VIN).login()).flag == OK


def test_old_tls_is_refused(secured: Running, authority: Authority) -> None:
    context = ssl.create_default_context(cafile=str(authority.path))
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        tls_phone(secured, context)


def test_settings_that_cannot_be_used_are_named(tmp_path: Path, authority: Authority) -> None:
    missing = Tls("127.0.0.1:0", tmp_path / "none.pem", tmp_path / "none.key")
    with pytest.raises(BadSetting, match=r"none\.pem"):
        Running(config_for(tmp_path, tls=missing)).start()
    with pytest.raises(BadSetting, match="HOST:PORT"):
        Running(config_for(tmp_path, listen="nowhere")).start()
    with pytest.raises(BadSetting, match=r"192\.0\.2\.1"):
        Running(config_for(tmp_path, listen="192.0.2.1:0")).start()
