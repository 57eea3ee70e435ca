"""The form in which somebody adds a second factor: an authenticator app, or a passkey."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from allauth.mfa.adapter import get_adapter
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.base.errors import BadInput, WrongState
from voltward.records import one_time_codes, passkeys
from voltward.records.models import Person
from voltward.records.selectors.sign_in import factors_of
from voltward.records.services import factors
from voltward.records.ui.proving import CredentialField, plain

SECRET = "new_factor_secret"  # noqa: S105 - in the browser's session: whose secret, and which


class AddingForm(forms.Form):
    """``person``: whose factor it will be."""

    code = forms.CharField(
        label=gettext_lazy("动态口令"),
        required=False,
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    name = forms.CharField(
        label=gettext_lazy("通行密钥名称"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    credential = CredentialField()

    def __init__(self, person: Person, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.person, self.session = person, request.session

    def added(self) -> str | None:
        """The kind of factor that was added; None: none yet, and the form says why."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        try:
            if given["credential"] is not None:
                factors.passkey_add(self.person, name=given["name"], credential=given["credential"])
                return "webauthn"
            factors.totp_add(self.person, secret=self._secret(), code=given["code"])
            self.session.pop(SECRET, None)
        except BadInput:
            self.add_error(None, _("验证未通过，请重试。"))
            return None
        except WrongState:
            self.add_error(None, _("已绑定动态口令应用；更换前请先移除。"))
            return None
        return "totp"

    def context(self) -> dict[str, Any]:
        """What the template needs; the secret stays the same until it was confirmed."""
        options = plain(passkeys.adding_begun(self.person))
        shown: dict[str, Any] = {"adding": self, "passkey_options": options, "qr": ""}
        if not factors_of(self.person).filter(type="totp").exists():
            secret, adapter = self._secret(), get_adapter()
            drawing = adapter.build_totp_svg(adapter.build_totp_url(self.person, secret))
            shown["qr"] = "data:image/svg+xml;base64," + b64encode(drawing.encode()).decode()
            shown["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return shown

    def _secret(self) -> str:
        match self.session.get(SECRET):
            case [number, str(secret)] if number == self.person.pk:
                return secret
        secret = one_time_codes.new_secret()
        self.session[SECRET] = [self.person.pk, secret]
        return secret
