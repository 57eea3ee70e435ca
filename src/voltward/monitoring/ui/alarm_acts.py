"""What people do with alarms, one or many at once: fields, words of refusals, hand-over of a shift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from voltward.base.errors import BadInput, NotFound, NotPermitted, Refused, WrongState
from voltward.monitoring.models import Alarm, OwnerAdvice
from voltward.monitoring.selectors.alarms import alarm_in_hands
from voltward.monitoring.services import alarms as services
from voltward.monitoring.services.advice import OUTCOMES as OUTCOMES_BY_HAND
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.selectors.recipients import grant_holders

HANDLE, CLOSE = "alarm.handle", "alarm.close"
MOST_AT_ONCE: Final = 500
WHOM: Final = (
    ("driver", gettext_lazy("驾驶人")),
    ("owner", gettext_lazy("车主")),
    ("outlet", gettext_lazy("服务网点")),
    ("fire", gettext_lazy("消防 119")),
    ("police", gettext_lazy("公安 110")),
    ("other", gettext_lazy("其他")),
)
OUTCOMES: Final = (
    ("reached", gettext_lazy("接通")),
    ("no_answer", gettext_lazy("无人接听")),
    ("refused", gettext_lazy("拒接")),
    ("wrong_number", gettext_lazy("号码有误")),
)
# what a person may say of the owner's advice; that it was replaced, the platform says
ADVICE_OUTCOMES: Final = [one for one in OwnerAdvice.OUTCOMES if one[0] in OUTCOMES_BY_HAND]
# code of a refusal to words; what is not here is said by its kind
SAID: Final[dict[type[Refused], Any]] = {
    NotFound: gettext_lazy("没有这条告警，或没有这位处理人。"),
    WrongState: gettext_lazy("其中有告警的状态已变：已被他人处理，或这一步不适用。"),
    NotPermitted: gettext_lazy("没有这样做的权限。"),
    BadInput: gettext_lazy("内容不符合要求，请检查后重试。"),
}


class NoFields(forms.Form):
    pass


class PersonForm(forms.Form):
    person_id = forms.IntegerField(min_value=1)


class CalledForm(forms.Form):
    whom = forms.ChoiceField(choices=WHOM)
    outcome = forms.ChoiceField(choices=OUTCOMES)
    text = forms.CharField(max_length=500, required=False)


class SnoozeForm(forms.Form):
    until = forms.DateTimeField()
    reason = forms.CharField(max_length=300)


class MergeForm(forms.Form):
    into_id = forms.IntegerField(min_value=1)


class TextForm(forms.Form):
    text = forms.CharField(max_length=500)


class OrderForm(forms.Form):
    order_text = forms.CharField(max_length=500)


class CloseForm(forms.Form):
    verdict = forms.ChoiceField(choices=Alarm.VERDICTS)
    cause = forms.CharField(max_length=300)


class AdviceForm(forms.Form):
    outcome = forms.ChoiceField(choices=ADVICE_OUTCOMES)
    text = forms.CharField(max_length=500)


Deed = Callable[..., Any]
MANY: Final[dict[str, tuple[type[forms.Form], Deed]]] = {
    "claim": (NoFields, services.alarm_claim),
    "release": (NoFields, services.alarm_release),
    "assign": (PersonForm, services.alarm_assign),
    "snooze": (SnoozeForm, services.alarm_snooze),
    "merge": (MergeForm, services.alarm_merge),
    "workshop": (OrderForm, services.alarm_to_workshop),
}
# each alarm by itself: its words belong to it alone
SINGLE: Final[dict[str, tuple[type[forms.Form], Deed]]] = {
    "note": (TextForm, services.alarm_note),
    "called": (CalledForm, services.alarm_called),
    "incident": (TextForm, services.alarm_to_incident),
    "advice": (AdviceForm, services.advice_outcome),
}


@needs(HANDLE)
@require_POST
def act(request: HttpRequest, step: str) -> HttpResponse:
    """One step on the alarms that the form names; all of them or none.

    Raises:
        NotFound: no such step.
    """
    ids = _ids(request)
    if step in MANY:
        kind, deed = MANY[step]
        return _done(
            request, kind, len(ids), lambda actor, given: deed(actor, alarm_ids=ids, **given)
        )
    if step not in SINGLE:
        raise NotFound(f"step {step}")
    kind, deed = SINGLE[step]
    if len(ids) != 1:
        return _refused(request, _("这一步一次只能处理一条告警。"))
    return _done(request, kind, 1, lambda actor, given: deed(actor, alarm_id=ids[0], **given))


@needs(CLOSE)
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close with verdict and cause; level 3 and above then waits for the second person."""
    ids = _ids(request)
    return _done(
        request,
        CloseForm,
        len(ids),
        lambda actor, given: services.alarm_close(actor, alarm_ids=ids, **given),
    )


@needs(HANDLE)
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Give all that one has in hand to whoever has the next shift."""
    ids = [alarm.pk for alarm in alarm_in_hands(actor_of(request))]
    if not ids:
        return _refused(request, _("手中没有未结的告警，无需交接。"))
    return _done(
        request,
        PersonForm,
        len(ids),
        lambda actor, given: services.alarm_assign(actor, alarm_ids=ids, **given),
    )


def acting_context(actor: Person) -> dict[str, Any]:
    """What the buttons and dialogs of a page with alarms need."""
    may = HANDLE in actor.grants
    return {
        "may_handle": may,
        "may_close": CLOSE in actor.grants,
        "colleagues": grant_holders(actor.maker_id, HANDLE) if may else [],
        "verdicts": Alarm.VERDICTS,
        "whom": WHOM,
        "outcomes": OUTCOMES,
    }


def _ids(request: HttpRequest) -> list[int]:
    given: Sequence[str] = request.POST.getlist("alarm")
    return [int(one) for one in given[:MOST_AT_ONCE] if one.isdecimal() and len(one) < 19]


def _done(
    request: HttpRequest,
    kind: type[forms.Form],
    number: int,
    deed: Callable[[Person, dict[str, Any]], Any],
) -> HttpResponse:
    form = kind(request.POST)
    if not form.is_valid():
        return _refused(request, _("请把内容填写完整。"))
    try:
        deed(actor_of(request), form.cleaned_data)
    except tuple(SAID) as refusal:
        return _refused(request, str(SAID[type(refusal)]))
    said = ngettext("已处理 %(number)d 条告警。", "已处理 %(number)d 条告警。", number)
    return _answered(request, said % {"number": number})


def _answered(request: HttpRequest, text: str) -> HttpResponse:
    """To a script what was done; to a form without one the page it came from."""
    if request.accepts("text/html"):
        messages.success(request, text)
        return _back(request)
    return JsonResponse({"said": text})


def _refused(request: HttpRequest, text: str) -> HttpResponse:
    if request.accepts("text/html"):
        messages.error(request, text)
        return _back(request)
    return JsonResponse({"detail": text}, status=422)


def _back(request: HttpRequest) -> HttpResponse:
    from_page = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(from_page, {request.get_host()})
    return redirect(from_page if safe else "alarms")
