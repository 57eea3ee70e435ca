"""Passkeys as second factors."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from tests.records.signing_in import give_password, is_in, made_person, without_demo
from tests.records.soft_key import SoftKey

from voltward.records.models import Maker, Person, PersonSession
from voltward.records.selectors.sign_in import has_factor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_demo(settings: Any) -> None:
    without_demo(settings)


@pytest.fixture
def person(maker: Maker) -> Person:
    return made_person(maker)


def options_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="passkey-options" type="application/json">(.*?)</script>', page)
    assert found is not None
    options: dict[str, Any] = json.loads(found[1])
    return options


def with_passkey(client: Client, key: SoftKey) -> None:
    """Enrols the key in the login that waits."""
    options = options_of(client.get("/login/enrol/").content.decode())
    answer = json.dumps(key.created(options))
    shown = client.post("/login/enrol/", {"name": "key", "credential": answer})
    assert "恢复码" in shown.content.decode()
    client.post("/login/enrol/", {"done": "1"})


def test_a_passkey_is_added_and_opens_the_next_login(person: Person) -> None:
    here, there, key = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost"), SoftKey()
    give_password(here)
    with_passkey(here, key)
    assert is_in(here)
    give_password(there)
    options = options_of(there.get("/login/second/").content.decode())
    there.post("/login/second/", {"credential": json.dumps(key.proved(options))})
    assert is_in(there)
    assert PersonSession.objects.latest("pk").factor == "webauthn"


def test_a_passkeys_answer_is_good_for_one_challenge_and_one_key(person: Person) -> None:
    here, there, key = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost"), SoftKey()
    give_password(here)
    with_passkey(here, key)
    give_password(there)

    def challenge() -> dict[str, Any]:
        return options_of(there.get("/login/second/").content.decode())

    old = key.proved(challenge())
    stranger = SoftKey(key.credential_id)
    for make in (
        lambda: (challenge(), old)[1],  # a newer challenge waits
        lambda: stranger.proved(challenge()),
        lambda: {"id": "x"},
        dict,
        list,
    ):
        page = there.post("/login/second/", {"credential": json.dumps(make())})
        assert page.status_code == 200
        assert not is_in(there)
    there.post("/login/second/", {"credential": json.dumps(key.proved(challenge()))})
    assert is_in(there)


def test_a_passkey_for_another_site_is_refused(person: Person, as_nobody: Client) -> None:
    here = Client(HTTP_HOST="localhost")
    give_password(here)
    options = options_of(here.get("/login/enrol/").content.decode())
    answer = json.dumps(SoftKey(origin="https://evil.example").created(options))
    here.post("/login/enrol/", {"name": "key", "credential": answer})
    assert not has_factor(person)
