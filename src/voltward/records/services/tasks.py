"""Every write to tasks that people give each other by hand."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.records.actions import Subject, action, label, record
from voltward.records.models import AssignedTask, Person
from voltward.records.selectors.clocks import task_locked
from voltward.records.selectors.own_units import person_assignable_by_id
from voltward.records.services.clocks import CLOCK_WRITE, own_path


@action("task.assign", needs=CLOCK_WRITE)
def task_assign(
    actor: Person,
    *,
    title: str,
    owner_id: int,
    due_at: datetime | None = None,
    subject: Subject | str = "",
    subject_text: str = "",
    url: str = "",
) -> AssignedTask:
    """Ask a colleague, or oneself, to do something until ``due_at``.

    Raises:
        NotFound: nobody of the actor's maker to whom work can be given.
        BadInput: no title, an instant without zone, an address that is not ours.
    """
    if not title.strip() or actor.maker is None:
        raise BadInput("title: empty")
    if due_at is not None and due_at.tzinfo is None:
        raise BadInput(f"due_at: {due_at}; an instant with its zone is expected")
    own_path(url)
    task = AssignedTask.objects.create(
        maker=actor.maker, title=title.strip()[:200], owner=person_assignable_by_id(actor, owner_id),
        subject=subject if isinstance(subject, str) else label(subject), due_at=due_at,
        subject_text=subject_text.strip()[:120], url=url, assigned_by=actor,
    )  # fmt: skip
    after = {
        "title": task.title, "owner": owner_id, "subject": task.subject,
        "due_at": due_at.isoformat() if due_at else None,
    }  # fmt: skip
    record(actor, "task.assign", task, before={}, after=after)
    return task


@action("task.done", needs=CLOCK_WRITE)
def task_done(actor: Person, *, task_id: int, note: str = "") -> AssignedTask:
    """Say that a task is done; for its owner or whoever assigned it.

    Raises:
        NotFound: no such task, or another maker's.
        NotPermitted: it is between others.
        WrongState: it is done already.
    """
    task = _open(actor, task_id)
    task.done_at, task.done_by, task.done_note = timezone.now(), actor, note.strip()[:500]
    task.save(update_fields=["done_at", "done_by", "done_note"])
    record(actor, "task.done", task, before={"done": False}, after={"done": True, "note": note})
    return task


@action("task.hand_over", needs=CLOCK_WRITE)
def task_hand_over(actor: Person, *, task_id: int, owner_id: int, note: str) -> AssignedTask:
    """Hand a task to another colleague; raises as ``task_done``, and BadInput without a note."""
    task = _open(actor, task_id)
    if not note.strip():
        raise BadInput("note: empty; say what the colleague must know")
    before = {"owner": task.owner_id}
    task.owner = person_assignable_by_id(actor, owner_id)
    task.save(update_fields=["owner"])
    after = {"owner": task.owner_id, "note": note.strip()[:500]}
    record(actor, "task.hand_over", task, before=before, after=after)
    return task


def _open(actor: Person, task_id: int) -> AssignedTask:
    task = task_locked(actor, task_id)
    if actor.pk not in (task.owner_id, task.assigned_by_id):
        raise NotPermitted(f"task {task_id} is between others")
    if task.done_at is not None:
        raise WrongState(f"task {task_id} is done")
    return task
