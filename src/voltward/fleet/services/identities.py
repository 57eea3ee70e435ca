"""Every write round who an owner is: putting it down sealed, finding by telephone, erasing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.fleet.models import OwnerIdentity
from voltward.fleet.selectors import owners as selectors
from voltward.fleet.selectors import vehicle_locked
from voltward.records.actions import action, label, record, write_row
from voltward.records.models import Person
from voltward.records.protection import masks, normal
from voltward.records.protection.erasing import erases
from voltward.records.protection.fields import opened
from voltward.records.selectors.holds import hold_checked
from voltward.records.services.audit import reading_recorded
from voltward.records.services.protection import READ, subject_erase

LONGEST: Final = {"name": 80, "phone": 32, "identity_number": 40, "address": 200}
SEARCH: Final = "owner.search"
_PHONE: Final = re.compile(r"\d{5,15}")
_NUMBER: Final = re.compile(r"[0-9A-Z]{4,40}")


@action("owner.identify", needs="owner.write")
def owner_identify(
    actor: Person, *, vin: str, period_id: int, values: Mapping[str, str]
) -> OwnerIdentity:
    """Put down who holds the vehicle in a period; what is empty or left out stays as it is.

    ``values`` by the names in LONGEST. The audit row names the fields and no values.

    Raises:
        NotFound: no such vehicle of the actor's maker, or no such period of it.
        WrongState: the owner was erased; whoever comes after begins a new period.
        BadInput: a name that may not be set, nothing at all, or a value that does not fit; the text
            begins with the field's name.
    """
    vehicle = vehicle_locked(actor, vin)
    period = selectors.period_by_id(actor, vin, period_id)
    given = _checked(values)
    identity = OwnerIdentity.objects.filter(period=period, maker=vehicle.maker).first()
    identity = identity or OwnerIdentity(period=period, maker=vehicle.maker)
    if identity.erased_at is not None:
        raise WrongState(f"owner of period {period.pk} was erased at {identity.erased_at}")
    before = {name: bool(getattr(identity, name)) for name in given}
    for name, text in given.items():
        setattr(identity, name, text)
    identity.save()
    after = {"period": period.pk, "fields": sorted(given)}
    record(actor, "owner.identify", vehicle, before=before, after=after)
    return identity


def _checked(values: Mapping[str, str]) -> dict[str, str]:
    if unknown := sorted(set(values) - set(LONGEST)):
        raise BadInput(f"{unknown[0]}: not to be set here")
    given = {name: text.strip() for name, text in values.items() if text.strip()}
    if not given:
        raise BadInput("name: nothing was given")
    for name, text in given.items():
        if len(text) > LONGEST[name] or "\0" in text:
            raise BadInput(f"{name}: up to {LONGEST[name]} characters are expected")
    if "phone" in given and not _PHONE.fullmatch(normal.phone(given["phone"])):
        raise BadInput("phone: 5 to 15 digits are expected")
    if "identity_number" in given:
        given["identity_number"] = normal.code(given["identity_number"])
        if not _NUMBER.fullmatch(given["identity_number"]):
            raise BadInput("identity_number: 4 to 40 digits or letters are expected")
    return given


def owners_with_phone(actor: Person, text: str, limit: int) -> Sequence[OwnerIdentity]:
    """Owners whose telephone is exactly ``text``; each answer leaves an audit row before it leaves.

    Text that is no telephone finds nothing, so that typing one digit by digit asks only at its end.

    Raises:
        NotPermitted: the actor lacks ``owner.read``.
    """
    if READ not in actor.grants:
        write_row(actor, SEARCH, subject="", result="refused")
        raise NotPermitted(SEARCH)
    digits = normal.phone(text)
    if not _PHONE.fullmatch(digits):
        return []
    found = list(selectors.identity_matching(actor, "phone", text)[:limit])
    for identity in found:
        reading_recorded(actor, what=SEARCH, subject=identity, phone=masks.phone(digits))
    return found


def periods_of_owner(actor: Person, identity: OwnerIdentity) -> Sequence[OwnerIdentity]:
    """The identity and all others of the maker with the same identity number: one owner's.

    Without a number it stands alone: a telephone may be a dealer's, a name may be anybody's.
    """
    number = "" if identity.erased_at else opened(identity.identity_number)
    if not number:
        return [identity]
    return list(selectors.identity_matching(actor, "identity_number", number))


@action("owner.erase", needs="owner.erase")
def owner_erase(actor: Person, *, vin: str, period_id: int, reason: str) -> int:
    """Erase an owner from every period of every vehicle; gives the number of periods.

    Sales, dates and usage classes stay: the platform must know that and since when a vehicle is used.

    Raises:
        NotFound: no such vehicle or period, or nothing is on file about its owner.
        WrongState: erased already.
        BadInput: no reason.
        Held: a legal hold stands on a vehicle, a period or an identity of the owner.
    """
    vehicle = vehicle_locked(actor, vin)
    identity = selectors.identity_of(actor, vin, period_id)
    if not reason.strip():
        raise BadInput("reason: none given")
    if identity.erased_at is not None:
        raise WrongState(f"owner of period {period_id} was erased at {identity.erased_at}")
    theirs = periods_of_owner(actor, identity)
    for one in theirs:
        hold_checked(one.maker_id, [label(one.period.vehicle), label(one.period), label(one)])
    for one in theirs:
        subject_erase(actor, subject=one.protected_subject(), reason=reason)
    after: dict[str, Any] = {
        "reason": reason.strip()[:200],
        "periods": sorted(one.period_id for one in theirs),
    }
    record(actor, "owner.erase", vehicle, before={}, after=after)
    return len(theirs)


@erases("erased owners")
def _marked(actor: Person, subject: str) -> int:
    """Whoever erases, the identity says since when."""
    rows = OwnerIdentity.protected_rows(subject).filter(maker=actor.maker_id, erased_at=None)
    return rows.update(erased_at=timezone.now())
