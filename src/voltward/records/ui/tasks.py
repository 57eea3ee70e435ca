"""Tasks given by hand: the list, giving one, and the page of one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Button, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records.actors import actor_of
from voltward.records.models import AssignedTask, Person
from voltward.records.selectors.clocks import task_by_id, task_visible
from voltward.records.services.tasks import task_assign, task_done, task_hand_over
from voltward.records.ui.forms import DoneForm, HandOverForm, TaskForm

STATES = [("open", gettext_lazy("未完成")), ("done", gettext_lazy("已完成"))]


class TaskFilter(FilterSet):  # type: ignore[misc]
    title = CharFilter(label=gettext_lazy("任务"), lookup_expr="begins", max_length=200)
    owner = CharFilter(
        field_name="owner__display_name",
        label=gettext_lazy("负责人"),
        lookup_expr="begins",
        max_length=64,
    )
    state = ChoiceFilter(
        label=gettext_lazy("状态"),
        choices=STATES,
        method="by_state",
        empty_label=gettext_lazy("全部"),
    )

    class Meta:
        model = AssignedTask
        fields = ["title", "owner", "state"]

    def by_state(
        self, rows: QuerySet[AssignedTask], name: str, value: str
    ) -> QuerySet[AssignedTask]:
        del name
        return rows.filter(done_at__isnull=value == "open")


def _state(row: AssignedTask) -> str:
    return "done" if row.done_at else "open"


TASKS = List(
    of="task",
    title=gettext_lazy("任务"),
    section=gettext_lazy("工作台"),
    needs="clock.read",
    rows=lambda actor: task_visible(actor),
    filterset=TaskFilter,
    columns=(
        ListColumn(
            gettext_lazy("任务"), key="title", link=lambda row: reverse("task", args=[row.pk])
        ),
        ListColumn(gettext_lazy("对象"), key="subject_text"),
        ListColumn(gettext_lazy("负责人"), key="owner__display_name"),
        ListColumn(gettext_lazy("截止时间"), key="due_at", kind="instant", sort="due_at"),
        ListColumn(
            gettext_lazy("状态"),
            lambda row: Cell(dict(STATES)[_state(row)], "done" if row.done_at else "due"),
            key="state",
            raw=_state,
        ),
        ListColumn(gettext_lazy("指派人"), key="assigned_by__display_name"),
        ListColumn(gettext_lazy("指派时间"), key="assigned_at", kind="instant", sort="assigned_at"),
        ListColumn(gettext_lazy("完成时间"), key="done_at", kind="instant", shown=False),
        ListColumn(gettext_lazy("完成情况"), key="done_note", shown=False),
        ListColumn(gettext_lazy("对象编号"), key="subject", css="vw-mono", shown=False),
        ListColumn(gettext_lazy("编号"), key="id", kind="number", shown=False),
    ),
    order="-assigned_at",
    buttons=(Button(gettext_lazy("指派任务"), "task-assign", "plus", "clock.write"),),
    empty_title=gettext_lazy("还没有任务"),
    empty_text=gettext_lazy("有人指派任务后会出现在这里；自己要做的事在工作台。"),
    url_name="tasks",
    api="tasks/",
    about="Tasks given by hand, newest first. All that waits, of all rooms: `/api/workbench/`.",
)


class TaskList(ListPage):
    declaration = TASKS


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
