"""Tasks given by hand: giving one, and the page of one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import AssignedTask, Person
from voltward.records.selectors.clocks import task_by_id
from voltward.records.services.tasks import task_assign, task_done, task_hand_over
from voltward.records.ui.forms import DoneForm, HandOverForm, TaskForm


@needs("clock.write")
@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest) -> HttpResponse:
    """Ask a colleague to do something."""
    actor = actor_of(request)
    form = TaskForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            task = task_assign(actor, **form.cleaned_data)
        except (BadInput, NotFound):
            form.add_error(None, _("填写有误。"))
        else:
            messages.success(request, _("任务已指派给 %(name)s。") % {"name": task.owner})
            return redirect("workbench")
    context = {"form": form}
    return render(request, "records/task_assign.html", context, status=422 if form.errors else 200)


@needs("clock.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task: done, or handed over, by its owner or whoever gave it."""
    actor = actor_of(request)
    task = task_by_id(actor, task_id)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    done = DoneForm(request.POST if step == "done" else None, prefix="done")
    over = HandOverForm(actor, request.POST if step == "over" else None, prefix="over")
    form = {"done": done, "over": over}.get(step)
    if form is not None and form.is_valid() and _acted(request, actor, task, step, form):
        return redirect("workbench")
    may = "clock.write" in actor.grants and actor.pk in (task.owner_id, task.assigned_by_id)
    context = {"task": task, "done": done, "over": over, "may": may and task.done_at is None}
    refused = bool(done.errors or over.errors)
    return render(request, "records/task.html", context, status=422 if refused else 200)


def _acted(
    request: HttpRequest,
    actor: Person,
    task: AssignedTask,
    step: str,
    form: forms.Form,
) -> bool:
    try:
        if step == "done":
            task_done(actor, task_id=task.pk, **form.cleaned_data)
        else:
            task_hand_over(actor, task_id=task.pk, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _("任务已完成。"))
    except (BadInput, NotFound):
        form.add_error(None, _("填写有误。"))
    else:
        messages.success(request, _("已保存。"))
        return True
    return False
