"""What people are told of their own accounts: passwords, second factors, sign-ins from elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from voltward.records.account_events import (
    FactorsAdded,
    FactorsRemoved,
    PasswordChanged,
    SignedInAnew,
)
from voltward.records.models import LANGUAGES, Person, PersonSession
from voltward.records.notice_events import Wish, on_event
from voltward.records.sign_in_places import device_of, place_of

_FACTORS = dict(PersonSession.FACTORS)
_WHAT = {
    (True, False): _("新的地点"),
    (False, True): _("新的设备"),
    (True, True): _("新的地点和设备"),
}


def _of_password(actor: Person, event: PasswordChanged) -> Iterable[Wish]:
    del actor
    if not event.person.is_program:
        values = {"login": event.person.login, "at": event.at}
        yield Wish("password_changed", [event.person], values, event.person, "/account/")


def _of_factors(actor: Person, event: FactorsAdded | FactorsRemoved) -> Iterable[Wish]:
    del actor
    kind = "factor_added" if isinstance(event, FactorsAdded) else "factor_removed"
    values = {"login": event.person.login, "factor": _named(event.types), "at": event.at}
    yield Wish(kind, [event.person], values, event.person, "/account/factors/")


def _named(types: Sequence[str]) -> Mapping[str, str]:
    """The factors by name, in each language."""
    named = {}
    for code, _title in LANGUAGES:
        with translation.override(code):
            named[code] = " / ".join(str(_FACTORS.get(one, one)) for one in types)
    return named


def _of_sign_in(actor: Person, event: SignedInAnew) -> Iterable[Wish]:
    """Twice at once from the same place and device is told once."""
    del actor
    session = event.session
    seen = f"{place_of(session.address)} {device_of(session.device)}"
    digest = hashlib.sha256(seen.encode()).hexdigest()[:16]
    values = {
        "login": session.person.login,
        "what": _WHAT[event.is_new_place, event.is_new_device],
        "address": session.address or "",
        "device": session.device,
        "at": session.signed_in_at,
    }
    yield Wish(
        "new_login_place", [session.person], values, session, "/account/sessions/",
        dedup_key=f"sign-in:{session.person_id}:{digest}",
    )  # fmt: skip


def tell_of_accounts() -> None:
    """Called once, when the room is loaded."""
    on_event(PasswordChanged, _of_password)
    on_event(FactorsAdded, _of_factors)
    on_event(FactorsRemoved, _of_factors)
    on_event(SignedInAnew, _of_sign_in)
