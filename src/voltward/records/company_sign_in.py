"""The company's sign-in (OpenID Connect Core 1.0): ID tokens are checked in full, whatever way they came."""

from __future__ import annotations

import json
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse

from voltward.records.sign_in_rules import rules

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY_S = 30


class CompanySignIn(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's code flow with PKCE; the signature is checked too, the user-info page is not asked."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        del app
        path = reverse("login-sso-callback")
        return f"{rules().origin}{path}" if rules().origin else request.build_absolute_uri(path)

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **named: Any
    ) -> Any:
        del token
        id_token = named["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("no ID token")
        claims = self._decode_id_token(app, id_token)
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """The claims of a token that the issuer signed for us and that is good now.

        Raises:
            OAuth2Error: anything else.
        """
        company = rules().company
        if company is None or self.openid_config["issuer"].rstrip("/") != company.issuer:
            raise OAuth2Error("issuer is not the one that is set")
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key_of(id_token),
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("invalid ID token") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("ID token made for another client")
        return claims

    def _key_of(self, id_token: str) -> Any:
        header = jwt.get_unverified_header(id_token)
        with get_adapter().get_requests_session() as asking:
            answer = asking.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = [key for key in answer.json()["keys"] if key.get("kid") == header.get("kid")]
        if len(keys) != 1:
            raise jwt.InvalidKeyError("no one key of that id")
        return jwt.PyJWK.from_json(json.dumps(keys[0])).key


class CompanyProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """allauth's provider with our checks."""

    oauth2_adapter_class = CompanySignIn
