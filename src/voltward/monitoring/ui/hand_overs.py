"""The hand-over of a shift: what is open, the giver's words, both signatures; made to be printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.monitoring.duty_ports import open_items
from voltward.monitoring.duty_texts import ITEM_KINDS, people_names, shift_title
from voltward.monitoring.models import HandOver, Shift
from voltward.monitoring.selectors import hand_overs as selectors
from voltward.monitoring.selectors.roster import shift_by_id
from voltward.monitoring.services.hand_overs import hand_over_give, hand_over_take
from voltward.pages.access import needs
from voltward.pages.room import Text
from voltward.records.actors import actor_of
from voltward.records.models import Person


@dataclass(frozen=True)
class ShownItem:
    text: str
    path: str
    level: int | None
    due_at: datetime | None


class GiveForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("交班说明（没有特别事项时请写明）"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class TakeForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("接班说明"), max_length=500, required=False)


@needs("duty.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Before it is given: what would stand in it now. Afterwards: what did."""
    actor = actor_of(request)
    shift = shift_by_id(actor, shift_id)
    given = selectors.hand_over_of(actor, shift)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    give = GiveForm(request.POST if step == "give" else None, initial=_note(given))
    take = TakeForm(request.POST if step == "take" else None)
    form = {"give": give, "take": take}.get(step)
    if form is not None and form.is_valid() and _signed(request, actor, shift, step, form):
        return redirect("duty-hand-over", shift.pk)
    works = "duty.work" in actor.grants
    is_done = given is not None and given.is_done
    context: dict[str, Any] = {
        "shift": shift, "title": shift_title(shift), "people": people_names(shift), "given": given,
        "groups": _groups(_kept(given) if given else _present(actor)), "give": give, "take": take,
        "may_give": works and not is_done and selectors.may_give(actor, shift),
        "may_take": works and given is not None and not is_done and given.given_by_id != actor.pk
        and selectors.may_take(actor, shift),
        "next": [(one, people_names(one)) for one in selectors.shifts_after(shift)],
    }  # fmt: skip
    status = 422 if step else 200
    return render(request, "monitoring/duty/hand_over.html", context, status=status)


def _note(given: HandOver | None) -> dict[str, str]:
    return {"note": given.note} if given else {}


def _signed(request: HttpRequest, actor: Person, shift: Shift, step: str, form: forms.Form) -> bool:
    try:
        if step == "give":
            hand_over_give(actor, shift_id=shift.pk, **form.cleaned_data)
        else:
            hand_over_take(actor, shift_id=shift.pk, **form.cleaned_data)
    except (BadInput, NotFound, WrongState, NotPermitted):
        form.add_error(
            None, _("未能签字：班次尚未到交班时间，已由他人签字，或您不是该班次的交班人或接班人。")
        )
        return False
    messages.success(request, _("已签字。"))
    return True


Kinded = tuple[str, ShownItem]


def _present(actor: Person) -> list[Kinded]:
    return [
        (one.kind, ShownItem(one.text, one.path, one.level, one.due_at))
        for one in open_items(actor)
    ]


def _kept(given: HandOver) -> list[Kinded]:
    return [
        (
            one["kind"],
            ShownItem(
                one["text"], one["path"], one["level"],
                parse_datetime(one["due_at"]) if one["due_at"] else None,
            ),
        )
        for one in given.items
    ]  # fmt: skip


def _groups(items: list[Kinded]) -> list[tuple[Text, list[ShownItem]]]:
    """By kind, in the order of the items."""
    return [
        (ITEM_KINDS.get(kind, kind), [item for _kind, item in found])
        for kind, found in groupby(items, key=lambda one: one[0])
    ]
