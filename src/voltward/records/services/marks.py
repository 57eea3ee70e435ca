"""Forged rights: told once, kept in the trail, and confirmed anew by whoever runs the installation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse

from voltward.base.errors import BadInput
from voltward.records import wall
from voltward.records.actions import action, label, record, write_row
from voltward.records.models import Maker, Person
from voltward.records.models.marked import Marked
from voltward.records.notice_kinds import ROW_FORGED
from voltward.records.notice_ports import now
from voltward.records.protection import marks
from voltward.records.protection.provider import provider
from voltward.records.roles import SECURITY_ADMIN
from voltward.records.selectors.marks import (
    MODELS,
    maker_of,
    row_of,
    rows_forged,
    rows_put_back,
    was_told,
)
from voltward.records.selectors.people import installation, maker_first
from voltward.records.selectors.recipients import ToRole
from voltward.records.services.notices import notice_send
from voltward.records.services.sign_in import sessions_over

# what must not be copied into the trail
_KEPT_BACK = frozenset({"password", "digest", "payload"})


def marks_sweep() -> int:
    """Look at every row that decides who may do what; returns how many are forged.

    What was taken away and stands there again loses its mark: it gives nothing from now on.
    """
    for row in list(rows_put_back()):
        type(row)._base_manager.filter(pk=row.pk).update(mark="")
    found = list(rows_forged())
    for row in found:
        forged_tell(row)
    return len(found)


def forgeries_found(labels: Iterable[str]) -> None:
    """Somebody came whose rights are forged: tell it now, and end their sessions."""
    for name in labels:
        forged_tell(row_of(name))


def forged_tell(row: Marked) -> None:
    """The audit row and the security administrators' notice; once for each state of the row."""
    values = row.marked_values()
    content = marks.text_of(row._meta.db_table, values) + row.mark.encode()
    version = hashlib.sha256(content).hexdigest()[:32]
    with wall.within(wall.ALL), transaction.atomic():
        if was_told(label(row), version):
            return
        maker_id = maker_of(row)
        says = {name: str(value) for name, value in values.items() if name not in _KEPT_BACK}
        after = {"version": version, "says": says}
        write_row(
            None, "mark.forged", subject=label(row), result="refused", after=after,
            maker_id=maker_id,
        )  # fmt: skip
        person = getattr(row, "person", row)
        if isinstance(person, Person):
            sessions_over(person, why="forged")
        maker = Maker.objects.filter(pk=maker_id or 0).first() or maker_first()
        if maker is not None:
            _told(row, maker, version)


def _told(row: Marked, maker: Maker, version: str) -> None:
    person = getattr(row, "person", None) or (row if isinstance(row, Person) else None)
    notice_send(
        installation(),
        kind=ROW_FORGED.code,
        to=[ToRole(SECURITY_ADMIN)],
        values={
            "row": label(row),
            "login": person.login if person else "",
            "at": now().isoformat(),
        },
        subject=row,
        path=reverse("person", args=[person.pk]) if person else reverse("approvals"),
        dedup_key=f"{label(row)} {version}",
        maker=maker,
    )


@action("mark.confirm", needs="mark.confirm")
def mark_confirm(actor: Person, *, row: str, reason: str) -> Marked:
    """Mark a row as it stands, after it was looked at: for whoever runs the installation alone.

    Raises:
        NotFound: no such row.
        BadInput: no reason, or nothing is wrong with the row.
    """
    found = row_of(row)
    if not reason.strip():
        raise BadInput("reason: none given")
    if found.is_genuine:
        raise BadInput(f"row: {row} is as the platform wrote it")
    found.mark_renew()
    record(actor, "mark.confirm", found, before={}, after={"reason": reason.strip()[:500]})
    return found


@action("mark.rotate", needs="key.rotate")
def marks_rotate(actor: Person) -> dict[str, Any]:
    """A new key for marks, and every row marked with it that was genuine; what is forged stays so."""
    source = provider()
    name, done, left = source.renew_mark(), 0, 0
    for model in MODELS.values():
        for row in model._base_manager.order_by("pk").select_for_update():
            if row.is_genuine:
                row.mark_renew()
                done += 1
            else:
                left += 1
    told = {"key": name, "rows": done, "forged": left}
    record(actor, "mark.rotate", actor, before={}, after=told)
    return told
