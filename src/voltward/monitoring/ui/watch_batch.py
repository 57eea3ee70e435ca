"""Several cases of a queue at once: given to somebody, or to be looked at again on a day."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.monitoring import watch_states
from voltward.monitoring.models import WatchCase
from voltward.monitoring.models.watch import QUEUES
from voltward.monitoring.services.watch import HANDLE, watch_assign_many, watch_recheck_many
from voltward.monitoring.ui.watch_forms import GiveForm, RecheckForm
from voltward.monitoring.ui.watch_lists import LISTS
from voltward.monitoring.ui.watch_words import QUEUE_WORDS, measure_text
from voltward.pages.access import needs
from voltward.pages.lists.asking import asked_of
from voltward.records.actors import actor_of
from voltward.records.models import Person

AT_ONCE: Final = 200
QUEUE_OF: Final = {words.slug: queue for queue, words in QUEUE_WORDS.items()}


@needs(HANDLE)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The cases that the list's filters left, to be ticked; the worst ``AT_ONCE`` of them."""
    actor = actor_of(request)
    if slug not in QUEUE_OF:
        raise NotFound(f"queue {slug[:40]}")
    rows = _rows(request, actor, slug)
    step = request.POST.get("step", "")
    given: dict[str, forms.Form] = {
        "assign": GiveForm(actor, request.POST if step == "assign" else None, prefix="assign"),
        "recheck": RecheckForm(request.POST if step == "recheck" else None, prefix="recheck"),
    }
    chosen = {int(one) for one in request.POST.getlist("case") if one.isdigit()}
    form = given.get(step)
    if form is not None and form.is_valid():
        ids = [row.pk for row in rows if row.pk in chosen]
        if _done(request, actor, step, form, ids):
            return redirect(f"watch-{slug}")
    context = {
        "slug": slug, "list_url": f"watch-{slug}", "title": dict(QUEUES)[QUEUE_OF[slug]],
        "words": QUEUE_WORDS[QUEUE_OF[slug]], "rows": [(row, measure_text(row)) for row in rows],
        "forms": given, "chosen": chosen if request.method == "POST" else None, "at_once": AT_ONCE,
    }  # fmt: skip
    refused = any(one.errors for one in given.values())
    return render(request, "monitoring/watch_batch.html", context, status=422 if refused else 200)


def _rows(request: HttpRequest, actor: Person, slug: str) -> list[WatchCase]:
    """Those without a verdict, as the list would show them."""
    asked = asked_of(LISTS[QUEUE_OF[slug]], actor, request.GET)
    found = asked.rows.filter(state__in=watch_states.GOING).order_by("-measure", "-pk")
    return list(found[:AT_ONCE])


def _done(request: HttpRequest, actor: Person, step: str, form: Any, case_ids: list[int]) -> bool:
    if not case_ids:
        form.add_error(None, _("请至少勾选一项。"))
        return False
    serve = watch_assign_many if step == "assign" else watch_recheck_many
    try:
        number = serve(actor, case_ids=case_ids, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _("其中有事项刚刚被关闭，全部未改，请重新勾选。"))
    except NotFound:
        form.add_error(None, _("没有这位人员。"))
    except BadInput:
        form.add_error(None, _("全部未改：他人已认领的须写理由；复查日应在明天至一年之内。"))
    else:
        messages.success(request, _("已办理 %(number)d 项。") % {"number": number})
        return True
    return False
