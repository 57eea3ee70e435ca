"""Every write to limits: begun by one person, written, proposed, approved by another, rolled back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.fleet.models import BatteryType, VehicleModel
from voltward.fleet.selectors.products import product_by_id
from voltward.monitoring import limit_states as states
from voltward.monitoring.limit_checks import BadLimits, Complaint, checked
from voltward.monitoring.limit_profiles import CHOSEN, profile_named, profile_values
from voltward.monitoring.limit_words import changes_shown
from voltward.monitoring.limit_yaml import LimitFile, read
from voltward.monitoring.models import LimitGeneration, LimitRevision, LimitSet
from voltward.monitoring.models.limits import BATTERY_TYPE, CHEMISTRY, MAKER, VEHICLE_MODEL
from voltward.monitoring.selectors.limits import limit_revision_by_id, newest_approved
from voltward.pages.room import Text
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.models import Approval, Person

# between approval and effect: every process has read the new limits by then, and judges alike
LEAD: Final = timedelta(minutes=2)
LONGEST_WISH: Final = timedelta(days=366)
Values = dict[str, dict[str, Any]]


@action("limit.draft", needs="limit.propose")
def limit_draft(
    actor: Person, *, scope: str, subject: str = "", copy_of: int | None = None
) -> LimitRevision:
    """Begin a revision of the set for ``scope`` (``SCOPES``) and ``subject``: code or number of it.

    It starts with the newest approved values, or those of the revision ``copy_of`` of the same set.

    Raises (this and its siblings below):
        NotPermitted: the actor lacks the grant.
        NotFound: nothing such of the actor's maker.
        BadInput: an unknown scope or subject; values that are no limits (``BadLimits``).
        WrongState: the set has a draft already; or the step does not follow from the state.
    """
    limit_set = _set_of(actor, scope, subject)
    base = newest_approved(limit_set)
    origin = base if copy_of is None else limit_revision_by_id(actor, copy_of)
    if origin is not None and origin.limit_set_id != limit_set.pk:
        raise BadInput(f"copy_of {copy_of}: a revision of another set")
    if LimitRevision.objects.filter(limit_set=limit_set, state=states.DRAFT).exists():
        raise WrongState(f"limit set {limit_set.pk} has a draft already")
    row = _added(
        actor, limit_set, base=base, values=dict(origin.values) if origin else {},
        profile=origin.profile if origin else "",
    )  # fmt: skip
    after = {"set": limit_set.pk, "number": row.number, "base": base.number if base else None}
    record(actor, "limit.draft", row, before={}, after=after)
    return row


@action("limit.write", needs="limit.propose")
def limit_write(
    actor: Person,
    *,
    revision_id: int,
    values: Mapping[str, Mapping[str, Any] | None],
    profile: str | None = None,
) -> LimitRevision:
    """Set some values of a draft by key; None leaves a key to the wider scopes again."""
    row = _locked(actor, revision_id, "write")
    kept = {key: entry for key, entry in row.values.items() if key not in values}
    given = checked({key: entry for key, entry in values.items() if entry is not None})
    _fits(row.limit_set, given)
    before = {key: row.values[key] for key in values if key in row.values}
    _put(row, kept | given, row.profile if profile is None else profile)
    record(actor, "limit.write", row, before=before, after={**given, **_gone(values, given)})
    return row


@action("limit.import", needs="limit.propose")
def limit_import(actor: Person, *, revision_id: int, text: str) -> LimitRevision:
    """Replace a draft's values by those of a file (``limit_yaml``), all or nothing."""
    row = _locked(actor, revision_id, "write")
    file: LimitFile = read(text)
    _fits(row.limit_set, file.values)
    before = dict(row.values)
    _put(row, file.values, row.profile)
    record(actor, "limit.import", row, before=before, after=file.values)
    return row


@action("limit.profile", needs="limit.propose")
def limit_profile_choose(
    actor: Person,
    *,
    revision_id: int,
    name: str,
    own: Mapping[str, float | str | None],
    source: str = "",
    reason: str = "",
) -> LimitRevision:
    """Put a named profile's numbers (hazards C.6 to C.8) into a model's draft, and say it is chosen.

    ``own``: by rule, the maker's numbers for the profile that has none; they need their ``source``.
    """
    row = _locked(actor, revision_id, "write")
    given = checked(profile_values(profile_named(name), own, source=source, reason=reason))
    _fits(row.limit_set, given)
    before = {key: row.values[key] for key in given if key in row.values}
    _put(row, row.values | given, name)
    record(actor, "limit.profile", row, before=before, after={"profile": name, **given})
    return row


@action("limit.drop", needs="limit.propose")
def limit_drop(actor: Person, *, revision_id: int) -> LimitRevision:
    """Give a draft up."""
    row = _locked(actor, revision_id, "drop")
    row.state = states.after(row.state, "drop")
    row.save(update_fields=["state"])
    record(actor, "limit.drop", row, before={"state": states.DRAFT}, after={"state": row.state})
    return row


@action("limit.propose", needs="limit.propose")
def limit_propose(
    actor: Person, *, revision_id: int, note: str, wished_from: datetime | None = None
) -> Approval:
    """Ask a second person; ``wished_from`` None: as soon as they agreed and ``LEAD`` is over."""
    row = _locked(actor, revision_id, "propose")
    base = row.base.values if row.base else {}
    if row.values == base:
        raise BadInput("values: nothing differs from what is in force")
    _wish_checked(note, wished_from)
    checked(row.values)
    return _proposed(actor, "limit.propose", row, note, wished_from)


@action("limit.roll_back", needs="limit.propose")
def limit_roll_back(actor: Person, *, to_id: int, note: str) -> Approval:
    """Propose a new revision with the values of an earlier approved one, at once.

    Raises:
        WrongState: it is the newest one, or was never approved.
    """
    to = limit_revision_by_id(actor, to_id)
    limit_set = LimitSet.objects.select_for_update().get(pk=to.limit_set_id)
    newest = newest_approved(limit_set)
    if to.state != states.APPROVED or newest is None or newest.pk == to.pk:
        raise WrongState(f"limit revision {to_id} is no earlier one that was in force")
    _wish_checked(note, None)
    row = _added(
        actor, limit_set, base=newest, values=dict(to.values), profile=to.profile,
        state=states.PROPOSED, takes_back=newest,
    )  # fmt: skip
    return _proposed(actor, "limit.roll_back", row, note, None)


@action("limit.approve", needs="limit.approve")
def _approved(actor: Person, *, approval: Approval) -> LimitRevision:
    rows = LimitRevision.objects.select_for_update(of=("self",)).select_related("limit_set", "base")
    row = rows.filter(pk=approval.payload["revision"], maker=actor.maker).first()
    if row is None:
        raise NotFound(f"limit revision {approval.payload['revision']}")
    limit_set = LimitSet.objects.select_for_update().get(pk=row.limit_set_id)
    state = states.after(row.state, "approve")
    newest = newest_approved(limit_set)
    if (newest.pk if newest else None) != row.base_id:
        raise WrongState(f"limit revision {row.pk} is based on one that is no longer the newest")
    checked(row.values)
    now = timezone.now()
    begins = max(now + LEAD, row.wished_from or now)
    # whole seconds, as vehicles count time, and never earlier than promised
    row.effective_from = begins.replace(microsecond=0) + timedelta(seconds=1)
    row.state, row.approved_by, row.approved_at = state, actor, now
    row.save(update_fields=["state", "approved_by", "approved_at", "effective_from"])
    LimitGeneration.objects.filter(pk=1).update(generation=F("generation") + 1)
    after = {"state": state, "effective_from": row.effective_from.isoformat()}
    record(actor, "limit.approve", row, before={"state": states.PROPOSED}, after=after)
    return row


# ---- steps that several take


def _set_of(actor: Person, scope: str, subject: str) -> LimitSet:
    """The set of a scope, made on first use and locked."""
    columns: dict[str, Any] = {"chemistry": "", "battery_type": None, "vehicle_model": None}
    if scope == CHEMISTRY and subject in dict(BatteryType.CHEMISTRIES):
        columns["chemistry"] = subject
    elif scope == BATTERY_TYPE and subject.isdigit():
        columns["battery_type"] = product_by_id(actor, BatteryType, int(subject))
    elif scope == VEHICLE_MODEL and subject.isdigit():
        columns["vehicle_model"] = product_by_id(actor, VehicleModel, int(subject))
    elif scope != MAKER or subject:
        raise BadInput(f"scope {scope!r} {subject!r}: no such scope")
    if actor.maker is None:
        raise BadInput("maker: none given")
    made, _is_new = LimitSet.objects.get_or_create(maker=actor.maker, scope=scope, **columns)
    return LimitSet.objects.select_for_update(of=("self",)).get(pk=made.pk)


def _added(actor: Person, limit_set: LimitSet, **more: Any) -> LimitRevision:
    last = limit_set.revisions.aggregate(last=Max("number"))["last"] or 0
    row = LimitRevision(
        maker_id=limit_set.maker_id, limit_set=limit_set, number=last + 1, drafted_by=actor, **more
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise WrongState(f"limit set {limit_set.pk} has a draft already") from error
    return row


def _locked(actor: Person, revision_id: int, step: str) -> LimitRevision:
    rows = LimitRevision.objects.select_for_update(of=("self",)).select_related("limit_set", "base")
    row = rows.filter(maker=actor.maker, pk=revision_id).first()
    if row is None:
        raise NotFound(f"limit revision {revision_id}")
    states.after(row.state, step)
    return row


def _put(row: LimitRevision, values: Values, profile: str) -> None:
    row.values, row.profile = dict(sorted(values.items())), profile
    row.save(update_fields=["values", "profile"])


def _fits(limit_set: LimitSet, values: Values) -> None:
    """A profile is chosen for a vehicle model, never for all of them by one line.

    Raises:
        BadLimits: another scope chooses.
    """
    chosen = [key for key in values if key.endswith(f".{CHOSEN}")]
    if chosen and limit_set.scope != VEHICLE_MODEL:
        raise BadLimits([Complaint(key, "of_a_model") for key in chosen])


def _gone(values: Mapping[str, Any], given: Values) -> dict[str, None]:
    return {key: None for key in values if key not in given}


def _wish_checked(note: str, wished_from: datetime | None) -> None:
    if not note.strip():
        raise BadInput("note: empty; say why the limits change")
    if wished_from is None:
        return
    if wished_from.tzinfo is None or not (
        timezone.now() < wished_from < timezone.now() + LONGEST_WISH
    ):
        raise BadInput(f"wished_from: {wished_from}; an instant of the coming year is expected")


def _proposed(
    actor: Person, name: str, row: LimitRevision, note: str, wished_from: datetime | None
) -> Approval:
    row.state, row.proposed_by, row.wished_from = states.PROPOSED, actor, wished_from
    row.note = note.strip()[:500]
    payload = {
        "revision": row.pk, "base": row.base_id,
        "wished_from": wished_from.isoformat() if wished_from else None,
    }  # fmt: skip
    row.approval = approvals.opened(actor, REVISION, title=str(row), payload=payload, reason=note)
    row.save()
    base = row.base.values if row.base else {}
    changed = {key for key in {*base, *row.values} if base.get(key) != row.values.get(key)}
    record(
        actor, name, row,
        before={key: base[key] for key in sorted(changed) if key in base},
        after={**{key: row.values[key] for key in sorted(changed) if key in row.values}, **payload},
    )  # fmt: skip
    return row.approval


def _apply(decider: Person, approval: Approval) -> object:
    return _approved(decider, approval=approval)


def _shown(approval: Approval) -> list[tuple[Text, str]]:
    """Each value that would change, as it is and as it would be."""
    rows = LimitRevision.objects.filter(pk=approval.payload["revision"], maker=approval.maker_id)
    row = rows.select_related("base", "limit_set").first()
    if row is None:
        return []
    wished = row.wished_from
    begins = timezone.localtime(wished).strftime("%Y-%m-%d %H:%M:%S") if wished else _("批准后尽快")
    base = row.base.values if row.base else {}
    return [(_("生效时间"), str(begins)), *changes_shown(base, row.values)]


REVISION = approvals.register(
    approvals.Kind("limit.revision", _("限值修订"), "limit.approve", _apply, _shown)
)
