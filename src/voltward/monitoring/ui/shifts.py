"""The page of one shift: who is on it, swaps, its presence checks, its hand-over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.monitoring.duty_ports import is_qualified
from voltward.monitoring.duty_texts import hours
from voltward.monitoring.models import Shift, ShiftSwap
from voltward.monitoring.selectors import roster as selectors
from voltward.monitoring.selectors.presence_checks import check_visible
from voltward.monitoring.services import roster as services
from voltward.monitoring.services.swaps import swap_ask, swap_decide, swap_withdraw
from voltward.monitoring.ui.duty_lists import hand_over_state
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.working_time import beijing_day


class PersonForm(forms.Form):
    person_id = forms.TypedChoiceField(label=gettext_lazy("人员"), coerce=int)

    def __init__(self, actor: Person, shift: Shift, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        on = {one.person_id for one in shift.people.all()}
        people = [one for one in selectors.duty_people(actor.maker_id) if one.pk not in on]
        self.fields["person_id"].choices = [(one.pk, one.display_name) for one in people]  # type: ignore[attr-defined]


class SwapForm(PersonForm):
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


@needs("duty.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Everything of one shift; what may be done depends on who looks and on whether it has begun."""
    actor = actor_of(request)
    shift = selectors.shift_by_id(actor, shift_id)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    assign = PersonForm(actor, shift, request.POST if step == "assign" else None, prefix="assign")
    swap = SwapForm(actor, shift, request.POST if step == "swap" else None, prefix="swap")
    if step and _acted(request, actor, shift, step, assign, swap):
        return redirect("duty-shift", shift.pk)
    context = _context(actor, shift) | {"assign": assign, "swap": swap}
    refused = bool(step)
    return render(request, "monitoring/duty/shift.html", context, status=422 if refused else 200)


def _context(actor: Person, shift: Shift) -> dict[str, Any]:
    now = timezone.now()
    on = {one.person_id for one in shift.people.all()}
    swaps = list(selectors.swap_visible(actor).filter(shift=shift))
    manages, works = "duty.manage" in actor.grants, "duty.work" in actor.grants
    ahead = shift.begins_at > now
    asked = any(one.state == ShiftSwap.ASKED and one.giver_id == actor.pk for one in swaps)
    return {
        "shift": shift, "day": beijing_day(shift.begins_at),
        "hours": hours(shift.begins_at, shift.ends_at), "missing": selectors.missing_of(shift),
        "people": [(one, _qualified(one.person, shift)) for one in shift.people.all()],
        "swaps": swaps, "checks": check_visible(actor).filter(shift=shift),
        "hand_over": hand_over_state(shift, now), "is_over": shift.ends_at <= now,
        "may_assign": manages and shift.ends_at > now, "may_unassign": manages and ahead,
        "may_swap": works and ahead and actor.pk in on and not asked, "actor": actor,
    }  # fmt: skip


def _qualified(person: Person, shift: Shift) -> str:
    """In words; that nobody checks is said too."""
    found = is_qualified(person, shift.begins_at)
    if found is None:
        return _("未检查")
    return _("合格") if found else _("不合格")


def _acted(
    request: HttpRequest, actor: Person, shift: Shift, step: str, assign: PersonForm, swap: SwapForm
) -> bool:
    """Whether the step was done; what stands against it is said on the page."""
    form = {"assign": assign, "swap": swap}.get(step)
    if form is not None and not form.is_valid():
        return False
    try:
        _step(actor, shift, step, request, form)
    except (BadInput, NotFound, WrongState, NotPermitted):
        messages.error(request, _("未能完成：班次已开始或已结束，该人已有排班，或已由他人处理。"))
        return False
    messages.success(request, _("已保存。"))
    return True


def _step(
    actor: Person, shift: Shift, step: str, request: HttpRequest, form: forms.Form | None
) -> None:
    given = form.cleaned_data if form is not None else {}
    number = request.POST.get("number", "")
    key = int(number) if number.isdigit() else 0
    steps: dict[str, Callable[[], Any]] = {
        "assign": lambda: services.shift_assign(actor, shift_id=shift.pk, **given),
        "unassign": lambda: services.shift_unassign(actor, shift_id=shift.pk, person_id=key),
        "swap": lambda: swap_ask(
            actor, shift_id=shift.pk, taker_id=given["person_id"], reason=given["reason"]
        ),
        "agree": lambda: swap_decide(actor, swap_id=key, agrees=True),
        "refuse": lambda: swap_decide(actor, swap_id=key, agrees=False),
        "withdraw": lambda: swap_withdraw(actor, swap_id=key),
    }
    if step not in steps:
        raise BadInput(f"step: {step}")
    steps[step]()
