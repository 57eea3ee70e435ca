"""How allauth fits in: our stages, our keys, our company's sign-in; no sign-up, no mail, no pages."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import redirect

from voltward.records.actions import write_row
from voltward.records.company_sign_in import CompanyProvider
from voltward.records.models import Person
from voltward.records.selectors.sign_in import person_of_company
from voltward.records.services.sign_in import login_recorded
from voltward.records.sessions import SESSION
from voltward.records.sign_in_rules import rules
from voltward.records.stages import factor_of

COMPANY = "company"  # the one provider's id
REFUSED = "login_refused"  # in the browser's session: what the login page says


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Every login passes the same stages."""

    def get_login_stages(self) -> list[str]:
        return [
            "voltward.records.stages.SecondFactorStage",
            "voltward.records.stages.OwnPasswordStage",
        ]

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def add_message(self, *arguments: Any, **named: Any) -> None:
        """Our pages say what there is to say."""

    def send_notification_mail(self, *arguments: Any, **named: Any) -> None:
        """People have no mail address here; the audit trail keeps what happened."""

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        factor = factor_of(request.session, user) if isinstance(user, Person) else ""
        super().login(request, user)
        if isinstance(user, Person):
            login_recorded(user, session_id=request.session.get(SESSION), factor=factor)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps are encrypted with a key that is not in the database."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Voltward"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        host = urlsplit(rules().origin).hostname
        return {**entity, "name": "Voltward", **({"id": host} if host else {})}


def _box() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"voltward second factors")
    return Fernet(urlsafe_b64encode(key.derive(settings.SECRET_KEY.encode())))


class CompanyAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The company's sign-in says who it is; only people who are on file come in."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        del request, client_id
        company = rules().company
        if company is None or provider not in (None, COMPANY, "openid_connect"):
            return []
        app = SocialApp(
            provider="openid_connect", provider_id=COMPANY, name=company.name,
            client_id=company.client_id, secret=company.client_secret,
            settings={"server_url": company.issuer, "fetch_userinfo": False},
        )  # fmt: skip
        return [app]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> CompanyProvider:
        return CompanyProvider(request, app=self.get_app(request, provider, client_id))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return False

    def send_notification_mail(self, *arguments: Any, **named: Any) -> None:
        """As for all accounts: none."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link the provider's account to the login its claim names, the first time it comes.

        Raises:
            ImmediateHttpResponse: nobody here under that name, or a closed account.
        """
        sociallogin.token = None  # nothing is asked of the provider later
        company = rules().company
        claims = sociallogin.account.extra_data.get("id_token") or {}
        person = sociallogin.user if sociallogin.is_existing else None
        if person is None and company is not None:
            person = person_of_company(str(claims.get(company.login_claim, "")))
            if person is not None:
                sociallogin.user = sociallogin.account.user = person
                sociallogin.account.save()
        if person is None or not person.is_active or person.is_program:
            refused(request, why="sso_unknown", subject=str(claims.get("sub", "")))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        del provider, extra_context
        refused(
            request, why="sso_failed", subject=type(exception).__name__ if exception else str(error)
        )


def refused(request: HttpRequest, *, why: str, subject: str) -> None:
    """Send a company login back to the login page; the audit row says why, the page does not.

    Raises:
        ImmediateHttpResponse: always.
    """
    write_row(None, "login", subject=subject[:120], result="refused", after={"why": why})
    request.session[REFUSED] = "sso"
    raise ImmediateHttpResponse(redirect("login"))
