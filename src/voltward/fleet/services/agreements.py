"""Publishing agreement texts, taking down who agreed, and withdrawals."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime

from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.fleet import states
from voltward.fleet.events import ConsentWithdrawn
from voltward.fleet.models import Agreement, AgreementVersion, Vehicle
from voltward.fleet.selectors import vehicle_locked
from voltward.fleet.selectors.agreements import agreement_now, agreement_state_of
from voltward.fleet.selectors.products import product_by_id
from voltward.fleet.services.writing import saved
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.models import Person


def text_digest(text: str) -> str:
    """SHA-256 of the words: line ends and Unicode forms do not count as a change."""
    words = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    return hashlib.sha256(words.encode()).hexdigest()


@action("agreement_version.publish", needs="agreement.write")
def agreement_version_publish(
    actor: Person, *, code: str, title: str, text: str
) -> AgreementVersion:
    """Publish a text; published ones are never edited.

    Raises:
        BadInput: an empty field, or a code that is taken.
    """
    if actor.maker is None:
        raise BadInput("maker: none given")
    version = saved(
        AgreementVersion(
            maker=actor.maker, code=code.strip(), title=title.strip(), text=text.strip(),
            text_sha256=text_digest(text),
        )
    )  # fmt: skip
    after = {"code": version.code, "text_sha256": version.text_sha256}
    record(actor, "agreement_version.publish", version, before={}, after=after)
    return version


@action("agreement.add", needs="agreement.write")
def agreement_add(
    actor: Person, *, vin: str, version_id: int, agreed_at: datetime, channel: str
) -> Agreement:
    """Take down that the present owner of a vehicle agreed.

    Raises:
        NotFound: no such vehicle or version of the actor's maker.
        WrongState: the vehicle is scrapped, or an agreement is in force.
        BadInput: agreed in the future, before the text was published, or a value does not fit.
    """
    vehicle = vehicle_locked(actor, vin)
    version = product_by_id(actor, AgreementVersion, version_id)
    if vehicle.state == states.SCRAPPED:
        raise WrongState(f"vehicle {vehicle.vin} is scrapped")
    if agreement_now(vehicle) is not None:
        raise WrongState(f"vehicle {vehicle.vin} has an agreement in force")
    if not version.published_at <= agreed_at <= timezone.now():
        raise BadInput(f"agreed_at {agreed_at}: between {version.published_at} and now is expected")
    period = vehicle.owner_periods.filter(until=None).first()
    agreement = saved(
        Agreement(vehicle=vehicle, owner_period=period, version=version, agreed_at=agreed_at,
                  channel=channel)
    )  # fmt: skip
    agreement_settled(vehicle)
    after = {"version": version.code, "agreed_at": agreed_at.isoformat(), "channel": channel}
    record(actor, "agreement.add", vehicle, before={}, after=after)
    return agreement


@action("agreement.withdraw", needs="agreement.write")
def agreement_withdraw(actor: Person, *, agreement_id: int, note: str = "") -> Agreement:
    """An owner takes consent back: monitoring goes on, all other uses of the data end.

    Raises:
        NotFound: no such agreement of the actor's maker.
        WrongState: withdrawn already.
    """
    agreement = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("vehicle")
        .filter(pk=agreement_id, vehicle__maker=actor.maker)
        .first()
    )
    if agreement is None:
        raise NotFound(f"agreement {agreement_id}")
    if agreement.withdrawn_at is not None:
        raise WrongState(f"agreement {agreement_id} was withdrawn at {agreement.withdrawn_at}")
    agreement.withdrawn_at, agreement.withdrawal_note = timezone.now(), note.strip()
    saved(agreement)
    vehicle = vehicle_locked(actor, agreement.vehicle.vin)
    agreement_settled(vehicle)
    after = {"agreement": agreement.pk, "note": agreement.withdrawal_note}
    record(actor, "agreement.withdraw", vehicle, before={}, after=after)
    tell(actor, ConsentWithdrawn(vehicle))
    return agreement


def agreement_settled(vehicle: Vehicle) -> None:
    """Bring the mark on the vehicle in step with its rows; for use inside an action."""
    vehicle.agreement_state = agreement_state_of(vehicle)
    Vehicle.objects.filter(pk=vehicle.pk).update(agreement_state=vehicle.agreement_state)
