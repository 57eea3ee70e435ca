"""The rules of signing in, made of the settings."""

from __future__ import annotations

from datetime import timedelta

from voltward.base.errors import BadSetting
from voltward.base.settings import Settings
from voltward.records.sign_in_rules import Company, SignInRules

MLPS_KINDS = 3  # of letters small and capital, digits, others (GB/T 22239-2019 8.1.4.1 a)


def sign_in_rules(settings: Settings) -> SignInRules:
    is_mlps = settings.password_policy == "mlps"  # noqa: S105 - the name of a policy
    return SignInRules(
        is_demo=settings.demo,
        idle=timedelta(minutes=settings.session_idle_min),
        absolute=timedelta(hours=settings.session_hours),
        stale=timedelta(days=settings.stale_account_days),
        rotate=timedelta(days=settings.password_days) if is_mlps else None,
        kinds=MLPS_KINDS if is_mlps else 0,
        words=tuple(_listed(settings.password_words)),
        breached=settings.breached_passwords,
        origin=settings.web_origin,
        company=_company(settings),
    )


def _company(settings: Settings) -> Company | None:
    """
    Raises:
        BadSetting: an issuer without a client secret.
    """
    if not settings.oidc_issuer:
        return None
    if settings.oidc_client_secret_file is None:
        raise BadSetting("oidc_client_secret_file: unset, needed with oidc_issuer")
    return Company(
        issuer=settings.oidc_issuer.rstrip("/"),
        name=settings.oidc_name,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret_file.read_text(encoding="utf-8").strip(),
        login_claim=settings.oidc_login_claim,
        acr=frozenset(_listed(settings.oidc_acr)),
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
