"""Every write to the cases of data quality: opened by hand or by the rule, closed by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.exchange import quality_states as states
from voltward.exchange.models import QualityCase, QualityStep
from voltward.exchange.selectors import quality_cases as selectors
from voltward.pages.room import Text
from voltward.records import approvals, days
from voltward.records.actions import action, record
from voltward.records.models import Approval, Maker, Person
from voltward.records.selectors import installation
from voltward.records.selectors.own_units import person_assignable_by_id
from voltward.uplink.quality.catalogue import BY_CODE

HANDLE: Final = "quality_data.handle"
SWEEP: Final = "quality.sweep"


@action("quality.case.open", needs=HANDLE)
def quality_case_open(actor: Person, *, model: str, code: str, reason: str) -> QualityCase:
    """Open a case of an error on a model by hand.

    Raises:
        BadInput: no reason, or no class of that code.
        WrongState: there is one under way.
    """
    if code not in BY_CODE:
        raise BadInput(f"code: {code}; a class of the catalogue is expected")
    if actor.maker_id is None or not reason.strip():
        raise BadInput("reason: empty; say what was seen")
    if selectors.quality_case_going(actor, model, code) is not None:
        raise WrongState(f"quality case of {code} on {model!r} is under way")
    why = {"reason": reason.strip()[:500]}
    return _opened(actor, actor.maker_id, model, code, why, person=actor)


def quality_cases_watch(today: date | None = None) -> int:
    """Open a case for every error that lasts; gives how many. One under way is not opened again."""
    actor, opened = installation(), 0
    for maker in Maker.objects.order_by("pk"):
        for model, code, measured in selectors.errors_lasting(maker, today or days.today()):
            going = QualityCase.objects.filter(maker=maker, model_name=model, code=code)
            if not going.filter(state__in=states.GOING).exists():
                why = {"days": [one.as_json() for one in measured]}
                _quality_case_found(actor, maker_id=maker.pk, model=model, code=code, why=why)
                opened += 1
    return opened


@action("quality.case.found", needs=SWEEP)
def _quality_case_found(
    actor: Person, *, maker_id: int, model: str, code: str, why: dict[str, Any]
) -> QualityCase:
    return _opened(actor, maker_id, model, code, why, person=None, name="quality.case.found")


def _opened(
    actor: Person, maker_id: int, model: str, code: str, why: dict[str, Any], *,
    person: Person | None, name: str = "quality.case.open",
) -> QualityCase:  # fmt: skip
    rows = QualityCase.objects.filter(maker=maker_id, model_name=model, code=code)
    case = QualityCase.objects.create(
        maker_id=maker_id, model_name=model, code=code, why=why, opened_by=person,
        previous=rows.order_by("-pk").first(),
    )  # fmt: skip
    _step(case, "opened", why.get("reason", ""), person)
    record(actor, name, case, before={}, after={**_shown(case), "why": why}, maker_id=maker_id)
    return case


@action("quality.case.assign", needs=HANDLE)
def quality_case_assign(
    actor: Person, *, case_id: int, owner_id: int, reason: str = ""
) -> QualityCase:
    """Give a case to somebody, oneself included. Taking it out of another's hands needs a reason.

    Raises:
        NotFound: no such case or person of the actor's maker.
        WrongState: the case is closed.
        BadInput: somebody else has it and no reason is given.
    """
    case = selectors.quality_case_locked(actor, case_id)
    states.after(case.state, "assign")
    owner = person_assignable_by_id(actor, owner_id)
    if case.owner_id not in (None, actor.pk, owner.pk) and not reason.strip():
        raise BadInput("reason: empty; somebody else has this case in hand")
    before, case.owner = _shown(case), owner
    text = " · ".join(filter(None, (owner.display_name, reason.strip())))
    return _moved(actor, case, "assign", "assigned", text, before, ["owner"])


@action("quality.case.cause", needs=HANDLE)
def quality_case_cause(actor: Person, *, case_id: int, cause: str) -> QualityCase:
    """Say where the error comes from; a case that nobody has is then the actor's.

    Raises:
        NotFound: no such case, or another maker's.
        WrongState: it is fixed or closed.
        BadInput: no text.
    """
    case = selectors.quality_case_locked(actor, case_id)
    before = _shown(case)
    case.state = states.after(case.state, "cause")
    if not cause.strip():
        raise BadInput("cause: empty")
    case.cause, case.owner = cause.strip()[:1000], case.owner or actor
    fields = ["state", "cause", "owner"]
    return _moved(actor, case, "cause", "cause", case.cause, before, fields)


@action("quality.case.fix", needs=HANDLE)
def quality_case_fix(actor: Person, *, case_id: int, fix: str, fixed_on: date) -> QualityCase:
    """Say what was done and on which day; from the next one on it is measured again.

    Raises:
        NotFound: no such case, or another maker's.
        WrongState: its cause is not known, or it is fixed already.
        BadInput: no text, or a day that has not come.
    """
    case = selectors.quality_case_locked(actor, case_id)
    before = _shown(case)
    case.state = states.after(case.state, "fix")
    if not fix.strip():
        raise BadInput("fix: empty")
    if fixed_on > days.today():
        raise BadInput(f"fixed_on: {fixed_on}; a day that has come is expected")
    case.fix, case.fixed_on, case.fixed_by = fix.strip()[:1000], fixed_on, actor
    fields = ["state", "fix", "fixed_on", "fixed_by"]
    return _moved(actor, case, "fix", "fixed", f"{fixed_on} · {case.fix}", before, fields)


@action("quality.case.back", needs=HANDLE)
def quality_case_back(actor: Person, *, case_id: int, reason: str) -> QualityCase:
    """The error is still there after the fix: look for the cause again.

    Raises:
        NotFound: no such case, or another maker's.
        WrongState: it is not fixed.
        BadInput: no reason.
    """
    case = selectors.quality_case_locked(actor, case_id)
    before = _shown(case)
    case.state = states.after(case.state, "back")
    if not reason.strip():
        raise BadInput("reason: empty")
    case.fix, case.fixed_on, case.fixed_by = "", None, None
    fields = ["state", "fix", "fixed_on", "fixed_by"]
    return _moved(actor, case, "back", "back", reason.strip(), before, fields)


@action("quality.case.note", needs=HANDLE)
def quality_case_note(actor: Person, *, case_id: int, text: str) -> QualityStep:
    """Add a line to a case's log, a closed one's too.

    Raises:
        NotFound: no such case, or another maker's.
        BadInput: no text.
    """
    case = selectors.quality_case_locked(actor, case_id)
    if not text.strip():
        raise BadInput("text: empty")
    step = _step(case, "noted", text, actor)
    record(actor, "quality.case.note", case, before={}, after={"step": step.pk})
    return step


@action("quality.case.ask", needs=HANDLE)
def quality_case_ask(actor: Person, *, case_id: int, reason: str) -> Approval:
    """Ask a second person to close a case; measurement must show that the error is gone.

    Raises:
        NotFound: no such case, or another maker's.
        WrongState: it is not fixed, was not measured long enough, or the error is still there.
    """
    case = selectors.quality_case_locked(actor, case_id)
    states.after(case.state, "ask")
    after = _gone(case)
    payload = {"case": case.pk, "after": after}
    approval = approvals.opened(actor, CLOSING, title=str(case), payload=payload, reason=reason)
    _step(case, "asked", reason, actor)
    record(actor, "quality.case.ask", case, before={}, after={"approval": approval.pk, **payload})
    return approval


def _close(decider: Person, approval: Approval) -> QualityCase:
    return _quality_case_close(decider, case_id=approval.payload["case"])


@action("quality.case.close", needs=HANDLE)
def _quality_case_close(actor: Person, *, case_id: int) -> QualityCase:
    case = selectors.quality_case_locked(actor, case_id)
    before = _shown(case)
    case.state = states.after(case.state, "close")
    if case.fixed_by_id == actor.pk:
        raise NotPermitted(f"quality case {case_id}: fixed by the same person")
    case.measured = _gone(case)
    case.closed_by, case.closed_at = actor, timezone.now()
    fields = ["state", "measured", "closed_by", "closed_at"]
    return _moved(actor, case, "close", "closed", "", before, fields)


def _gone(case: QualityCase) -> dict[str, Any]:
    """
    Raises:
        WrongState: the error is not shown to be gone.
    """
    verdict = selectors.case_verdict(case)
    if not verdict.is_gone or verdict.after is None:
        raise WrongState(f"quality case {case.pk}: not measured as gone after the fix")
    return {"before": verdict.before.as_json(), "after": verdict.after.as_json()}


def _moved(
    actor: Person, case: QualityCase, step: str, kind: str, text: str, before: dict[str, Any],
    fields: Sequence[str],
) -> QualityCase:  # fmt: skip
    case.save(update_fields=fields)
    _step(case, kind, text, actor)
    record(actor, f"quality.case.{step}", case, before=before, after=_shown(case))
    return case


def _step(case: QualityCase, kind: str, text: str, person: Person | None) -> QualityStep:
    return QualityStep.objects.create(
        maker_id=case.maker_id, case=case, kind=kind, person=person, text=text.strip()[:1000]
    )


def _shown(case: QualityCase) -> dict[str, Any]:
    return {
        "state": case.state, "model": case.model_name, "code": case.code, "owner": case.owner_id,
        "cause": case.cause, "fix": case.fix,
        "fixed_on": case.fixed_on.isoformat() if case.fixed_on else None,
    }  # fmt: skip


def _fixer(approval: Approval) -> list[int]:
    """Who recorded the fix may not judge it."""
    case = QualityCase.objects.filter(pk=approval.payload["case"]).first()
    return [case.fixed_by_id] if case is not None and case.fixed_by_id else []


def _asked_for(approval: Approval) -> Sequence[tuple[Text, str]]:
    after = approval.payload["after"]["after"]
    return [
        (_("复测日期"), f"{after['first']} – {after['last']}"),
        (_("有此错误的车辆日"), f"{after['hit']} / {after['vehicles']}"),
    ]


CLOSING = approvals.register(
    approvals.Kind(
        "quality.case.close", _("验证关闭数据质量问题"), HANDLE, _close, shown=_asked_for,
        barred=_fixer,
    )
)  # fmt: skip
