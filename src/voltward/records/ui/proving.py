"""The form in which somebody proves who they are: a code, a passkey, or (in a demo) the password."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.base.errors import BadInput
from voltward.records import passkeys
from voltward.records.guessing import TooManyGuesses
from voltward.records.models import Person
from voltward.records.selectors.sign_in import factors_of, has_factor
from voltward.records.services import factors


def too_many() -> str:
    return _("尝试次数过多，请 15 分钟后再试。")


class CredentialField(forms.JSONField):
    """A passkey's answer, put in by the page's script."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> dict[str, Any] | None:
        try:
            found = super().clean(value)
        except (forms.ValidationError, RecursionError):
            return {}
        return found if isinstance(found, dict) or found is None else {}


class ProofForm(forms.Form):
    """``person``: who must prove it; the fields are those that this person can answer."""

    code = forms.CharField(
        label=gettext_lazy("动态口令或恢复码"),
        required=False,
        max_length=16,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        required=False,
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    credential = CredentialField()

    def __init__(self, person: Person, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.person = person
        del self.fields["password" if has_factor(person) else "code"]

    def proved(self) -> str | None:
        """The kind of proof that was given; None: none yet, and the form says why."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        try:
            if given.get("credential") is not None:
                return factors.passkey_proved(self.person, given["credential"])
            if "code" in self.fields:
                return factors.code_proved(self.person, given["code"])
            return factors.password_proved(self.person, given["password"])
        except TooManyGuesses:
            self.add_error(None, too_many())
        except BadInput:
            self.add_error(None, _("验证未通过，请重试。"))
        return None

    def context(self) -> dict[str, Any]:
        """What the template needs; a passkey gets a new challenge each time."""
        has_passkey = factors_of(self.person).filter(type="webauthn").exists()
        options = passkeys.proof_begun(self.person) if has_passkey else None
        return {"proof": self, "passkey_options": plain(options)}


def plain(options: dict[str, Any] | None) -> Any:
    """Options of a challenge as JSON knows them."""
    return None if options is None else json.loads(json.dumps(options, default=dict))
