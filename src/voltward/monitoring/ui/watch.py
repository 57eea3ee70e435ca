"""The watch queues at a glance, and the page of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.monitoring.models import WatchCase
from voltward.monitoring.models.watch import DENSE_PARKING, MODEL_SHARE, QUEUES
from voltward.monitoring.selectors import watch as selectors
from voltward.monitoring.selectors.watch_limits import limits_in_force
from voltward.monitoring.selectors.watch_shares import share_vehicles
from voltward.monitoring.services import watch as services
from voltward.monitoring.store import StoreAway
from voltward.monitoring.ui.watch_forms import (
    ContactForm,
    GiveForm,
    NoteForm,
    PlaceForm,
    RecheckForm,
    VerdictForm,
)
from voltward.monitoring.ui.watch_sketch import sketch_of
from voltward.monitoring.ui.watch_words import (
    QUEUE_WORDS,
    condition,
    limit_rows,
    measure_text,
    number_rows,
)
from voltward.pages.access import needs
from voltward.records import days
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.services.positions import position_shown

TITLES: Final = {
    "contact": gettext_lazy("登记联系"),
    "assign": gettext_lazy("认领或分派"),
    "recheck": gettext_lazy("约定复查日"),
    "close": gettext_lazy("给出结论并关闭"),
    "review": gettext_lazy("给出批次核查结论并关闭"),
    "place": gettext_lazy("场地联系人"),
    "note": gettext_lazy("备注"),
}
_SERVICES: Final[dict[str, Callable[..., object]]] = {
    "contact": services.watch_contact,
    "assign": services.watch_assign,
    "recheck": services.watch_recheck,
    "close": services.watch_close,
    "review": services.watch_review,
    "place": services.watch_place,
    "note": services.watch_note,
}
_REFUSED: Final = {
    "reason": gettext_lazy("请写明理由。"),
    "at": gettext_lazy("联系时间不能晚于现在。"),
    "on": gettext_lazy("复查日应在明天至一年之内。"),
    "text": gettext_lazy("请填写内容。"),
    "verdict": gettext_lazy("请选择结论并写明依据。"),
}


@needs("watch.read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every queue: what brings a vehicle in, and how many wait for a verdict."""
    actor = actor_of(request)
    counts = selectors.queue_counts(actor)
    context = {
        "queues": [(title, QUEUE_WORDS[queue], counts[queue]) for queue, title in QUEUES],
        "without": selectors.without_self_discharge(actor),
    }
    return render(request, "monitoring/watch.html", context)


@needs("watch.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case; each form posts its ``step``."""
    actor = actor_of(request)
    case = selectors.case_by_id(actor, case_id)
    step = request.POST.get("step", "")
    given = _forms(actor, case, request, step)
    posted = request.method == "POST" and step in given and given[step].is_valid()
    if posted and _done(request, actor, case, step, given[step]):
        return redirect("watch-case", case.pk)
    context = {
        **_context(actor, case),
        "forms": [(name, TITLES[name], form) for name, form in given.items()],
    }
    context |= _place(actor, case, request.POST.get("why", "") if step == "position" else "")
    refused = any(form.errors for form in given.values())
    return render(request, "monitoring/watch_case.html", context, status=422 if refused else 200)


def _context(actor: Person, case: WatchCase) -> dict[str, Any]:
    members = selectors.members_of(actor, case) if case.queue == DENSE_PARKING else []
    vehicles = [one.vehicle_id for one in members] or [case.vehicle_id or 0]
    counted, number = share_vehicles(actor, case) if case.queue == MODEL_SHARE else ([], 0)
    usual = limits_in_force(actor.maker_id, days.today()).usual
    return {
        "case": case,
        "words": QUEUE_WORDS[case.queue],
        "list_url": f"watch-{QUEUE_WORDS[case.queue].slug}",
        "condition": condition(case),
        "measure": measure_text(case),
        "numbers": number_rows(case),
        "limits": limit_rows(case, {code: row.title for code, row in usual.items()}),
        "members": members,
        "sketch": sketch_of(members),
        "counted": counted,
        "counted_number": number,
        "alarms": selectors.open_alarms(actor, vehicles),
        "contacts": case.contacts.select_related("person").order_by("-at", "-pk"),
        "steps": case.steps.select_related("person").order_by("-pk"),
        "others": selectors.case_others(actor, case),
        "may_see_exact": "position.read" in actor.grants,
    }


def _place(actor: Person, case: WatchCase, why: str) -> dict[str, Any]:
    """Where the vehicle, or the middle of the group, stands: coarse, or exact for a reason."""
    member = case.members.filter(left_at=None).select_related("vehicle").first()
    vehicle = case.vehicle or (member.vehicle if member else None)
    try:
        place = selectors.last_place(vehicle) if vehicle else None
    except StoreAway:
        return {"place_trouble": _("遥测存储暂不可用，位置稍后再看。")}
    if vehicle is None or place is None:
        return {"place": None}
    return {
        "place": position_shown(
            actor, vehicle=vehicle, latitude_deg=place[0], longitude_deg=place[1],
            at=case.seen_at, reason=why,
        )
    }  # fmt: skip


def _forms(
    actor: Person, case: WatchCase, request: HttpRequest, step: str
) -> dict[str, forms.Form]:
    """What the actor may do with the case now."""

    def data(name: str) -> Any:
        return request.POST if step == name else None

    found: dict[str, forms.Form] = {}
    if services.HANDLE in actor.grants:
        if case.is_going:
            found["contact"] = ContactForm(data("contact"), prefix="contact")
            found["assign"] = GiveForm(actor, data("assign"), prefix="assign")
            found["recheck"] = RecheckForm(data("recheck"), prefix="recheck")
            if case.queue == DENSE_PARKING:
                initial = {"contact": case.place_contact}
                found["place"] = PlaceForm(data("place"), prefix="place", initial=initial)
        found["note"] = NoteForm(data("note"), prefix="note")
    name = "review" if case.queue == MODEL_SHARE else "close"
    if case.is_going and f"watch.{name}" in actor.grants:
        found[name] = VerdictForm(case.queue, data(name), prefix=name)
    return found


def _done(
    request: HttpRequest, actor: Person, case: WatchCase, step: str, form: forms.Form
) -> bool:
    """Do what a valid form asks for; what is refused is said on the form."""
    try:
        _SERVICES[step](actor, case_id=case.pk, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _("事项已关闭，或复查时钟的规则已停用，请刷新后再看。"))
    except NotFound:
        form.add_error(None, _("没有这位人员。"))
    except BadInput as refusal:
        field = str(refusal).split(":")[0]
        known = field if field in form.fields else None
        form.add_error(known, _REFUSED.get(field, _("填写有误。")))
    else:
        messages.success(request, _("已保存。"))
        return True
    return False
