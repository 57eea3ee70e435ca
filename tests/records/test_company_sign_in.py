"""The company's sign-in: only what its provider signed for us counts, and one factor is never enough."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from tests.records.fake_provider import CLIENT_ID, KEY_ID, FakeProvider, fake_provider
from tests.records.signing_in import code, is_in, made_person, with_app, without_demo

from voltward.base.errors import BadSetting
from voltward.base.settings import Settings
from voltward.entry.sign_in import sign_in_rules
from voltward.records import company_sign_in
from voltward.records.models import AuditRow, Maker, Person, PersonSession

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def provider_process() -> Iterator[FakeProvider]:
    with fake_provider() as provider:
        yield provider


@pytest.fixture
def provider(provider_process: FakeProvider, settings: Any, tmp_path: Path) -> FakeProvider:
    key, issuer = provider_process.key, provider_process.issuer
    provider_process.__init__()  # type: ignore[misc]
    provider_process.key, provider_process.published = key, key.public_key()
    provider_process.issuer = issuer
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    without_demo(
        settings, oidc_issuer=issuer, oidc_name="某某认证", oidc_client_id=CLIENT_ID,
        oidc_client_secret_file=secret, oidc_acr="gold",
    )  # fmt: skip
    return provider_process


@pytest.fixture
def person(maker: Maker) -> Person:
    return made_person(maker)


def come_back(client: Client, provider: FakeProvider, **more: str) -> Any:
    """To the provider and back, as a browser does."""
    gone = client.get("/login/sso/")
    assert gone.status_code == 302
    asked = parse_qs(urlsplit(gone["Location"]).query)
    assert gone["Location"].startswith(f"{provider.issuer}/authorize?")
    assert asked["redirect_uri"] == ["http://testserver/login/sso/callback/"]
    assert asked["code_challenge_method"] == ["S256"]
    provider.challenge = asked["code_challenge"][0]
    return client.get("/login/sso/callback/", {"code": "c", "state": asked["state"][0], **more})


def say(provider: FakeProvider, **claims: Any) -> None:
    provider.claims = claims


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "gold"}])
def test_a_provider_that_asked_for_two_factors_lets_in(
    provider: FakeProvider, person: Person, as_nobody: Client, claims: dict[str, Any]
) -> None:
    assert "用 某某认证 登录" in as_nobody.get("/login/").content.decode()
    say(provider, **claims)
    come_back(as_nobody, provider)
    assert is_in(as_nobody)
    assert PersonSession.objects.get().factor == "sso"
    assert AuditRow.objects.get(action="login", result="done").after["factor"] == "sso"
    assert SocialAccount.objects.get().user == person


@pytest.mark.parametrize(
    "claims", [{}, {"amr": ["pwd"]}, {"amr": "mfa"}, {"acr": "silver"}, {"amr": None, "acr": None}]
)
def test_a_provider_that_does_not_say_so_leaves_our_factor_to_be_given(
    provider: FakeProvider, person: Person, as_nobody: Client, claims: dict[str, Any]
) -> None:
    with_app(person)
    say(provider, **claims)
    assert come_back(as_nobody, provider)["Location"] == "/login/second/"
    assert not is_in(as_nobody)
    as_nobody.post("/login/second/", {"code": code()})
    assert is_in(as_nobody)
    assert PersonSession.objects.get().factor == "totp"


def test_without_a_factor_anywhere_one_is_made_first(
    provider: FakeProvider, person: Person, as_nobody: Client
) -> None:
    assert come_back(as_nobody, provider)["Location"] == "/login/enrol/"
    assert not is_in(as_nobody)


def _other_key(provider: FakeProvider) -> None:
    provider.key = rsa.generate_private_key(65537, 2048)


def _unsigned(provider: FakeProvider) -> None:
    usual = jwt.decode(provider.token(), options={"verify_signature": False})
    provider.raw_token = jwt.encode(usual, "", algorithm="none", headers={"kid": KEY_ID})


def _public_key_as_secret(provider: FakeProvider) -> None:
    """A token whose HMAC is keyed with what everybody may know, the published key."""
    _, claims, _ = provider.token().split(".")
    header = _text(json.dumps({"alg": "HS256", "typ": "JWT", "kid": KEY_ID}).encode())
    public = provider.published.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = hmac.digest(public, f"{header}.{claims}".encode(), "sha256")
    provider.raw_token = f"{header}.{claims}.{_text(signed)}"


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def _other_key_id(provider: FakeProvider) -> None:
    provider.header = {"kid": "another"}


def _no_key_id(provider: FakeProvider) -> None:
    provider.header = {}


def _no_token(provider: FakeProvider) -> None:
    provider.raw_token = ""


def _no_jwt(provider: FakeProvider) -> None:
    provider.raw_token = "a.b.c"


FORGED = [
    _other_key,
    _unsigned,
    _public_key_as_secret,
    _other_key_id,
    _no_key_id,
    _no_token,
    _no_jwt,
]
MEANT_FOR_OTHERS = [
    {"aud": "another-client"},
    {"aud": ["another-client", CLIENT_ID], "azp": "another-client"},
    {"iss": "https://evil.example"},
    {"exp": int(time.time()) - 3600},
    {"exp": None},
    {"sub": None},
    {"aud": None},
]


def refused(client: Client, provider: FakeProvider) -> bool:
    answer = come_back(client, provider)
    assert answer["Location"] == "/login/"
    said = "统一认证登录未成功" in client.get("/login/").content.decode()
    row = AuditRow.objects.get(action="login")
    return (
        said and not is_in(client) and (row.result, row.after["why"]) == ("refused", "sso_failed")
    )


@pytest.mark.parametrize("forge", FORGED)
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    provider: FakeProvider, person: Person, as_nobody: Client, forge: Any
) -> None:
    say(provider, amr=["mfa"])
    forge(provider)
    assert refused(as_nobody, provider)


@pytest.mark.parametrize("claims", MEANT_FOR_OTHERS)
def test_a_token_for_others_or_out_of_time_lets_nobody_in(
    provider: FakeProvider, person: Person, as_nobody: Client, claims: dict[str, Any]
) -> None:
    say(provider, amr=["mfa"], **claims)
    assert refused(as_nobody, provider)


def test_a_build_that_checks_no_signature_would_be_found(
    provider: FakeProvider, person: Person, as_nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trusting(self: Any, app: Any, id_token: str) -> Any:
        return jwt.decode(id_token, options={"verify_signature": False})

    monkeypatch.setattr(company_sign_in.CompanySignIn, "_decode_id_token", trusting)
    say(provider, amr=["mfa"])
    _other_key(provider)
    come_back(as_nobody, provider)
    assert is_in(as_nobody)  # what the test of forged tokens would catch


@pytest.mark.parametrize("login", ["nobody", "voltward", "closed", "", "api-dashboard"])
def test_only_people_on_file_come_in(
    provider: FakeProvider, maker: Maker, integrator: Person, as_nobody: Client, login: str
) -> None:
    closed = made_person(maker, "closed")
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    say(provider, amr=["mfa"], preferred_username=login)
    assert come_back(as_nobody, provider)["Location"] == "/login/"
    assert not is_in(as_nobody)
    assert not SocialAccount.objects.exists()
    assert AuditRow.objects.get(action="login").after == {"why": "sso_unknown"}


def test_a_linked_account_stays_the_same_person_whatever_it_is_called_later(
    provider: FakeProvider, person: Person, maker: Maker, as_nobody: Client
) -> None:
    made_person(maker, "li.si")
    say(provider, amr=["mfa"])
    come_back(as_nobody, provider)
    say(provider, amr=["mfa"], preferred_username="li.si")
    again = Client()
    come_back(again, provider)
    assert set(PersonSession.objects.values_list("person", flat=True)) == {person.pk}
    Person.objects.filter(pk=person.pk).update(is_active=False)
    closed = Client()
    come_back(closed, provider)
    assert not is_in(closed)


def test_an_answer_nobody_asked_for_and_a_cancelled_one_let_nobody_in(
    provider: FakeProvider, person: Person, as_nobody: Client
) -> None:
    say(provider, amr=["mfa"])
    stray = as_nobody.get("/login/sso/callback/", {"code": "c", "state": "made-up"})
    assert stray["Location"] == "/login/"
    assert come_back(as_nobody, provider, error="access_denied")["Location"] == "/login/"
    assert not is_in(as_nobody)


def test_a_provider_under_another_name_than_set_is_not_believed(
    provider: FakeProvider, person: Person, as_nobody: Client, settings: Any
) -> None:
    port = urlsplit(provider.issuer).port
    settings.VOLTWARD = settings.VOLTWARD.model_copy(
        update={"oidc_issuer": f"http://localhost:{port}"}
    )
    say(provider, amr=["mfa"])
    assert refused(as_nobody, provider)


def test_without_a_provider_there_is_no_such_way_in(as_nobody: Client, db: None) -> None:
    assert as_nobody.get("/login/sso/").status_code == 404
    assert as_nobody.get("/login/sso/callback/").status_code == 404


def test_a_provider_without_a_secret_is_no_setting() -> None:
    with pytest.raises(BadSetting, match="oidc_client_secret_file"):
        sign_in_rules(Settings(oidc_issuer="https://sso.example"))
