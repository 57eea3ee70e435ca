"""The inbox: a list, one notice, and saying that it was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_filters import ChoiceFilter, FilterSet

from voltward.base.errors import WrongState
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records.models import Delivery, Person
from voltward.records.models.notices import SEVERITIES
from voltward.records.notice_kinds import KINDS
from voltward.records.selectors import notices as selectors
from voltward.records.services import notices as services
from voltward.records.ui.actor import person_of

READING = [("unread", gettext_lazy("未读")), ("unseen", gettext_lazy("未确认"))]


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind.code, kind.title) for kind in KINDS.values()]


def level_cell(severity: int) -> Cell:
    return Cell(dict(SEVERITIES)[severity], level=str(severity))


def local(instant: Any) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%d %H:%M:%S") if instant else ""


class InboxFilter(FilterSet):  # type: ignore[misc]
    reading = ChoiceFilter(
        label=gettext_lazy("阅读"), choices=READING, method="read", empty_label=gettext_lazy("全部")
    )
    severity = ChoiceFilter(
        field_name="notice__severity",
        label=gettext_lazy("级别"),
        choices=SEVERITIES,
        empty_label=gettext_lazy("全部"),
    )
    kind = ChoiceFilter(
        field_name="notice__kind",
        label=gettext_lazy("类型"),
        choices=kind_choices,
        empty_label=gettext_lazy("全部"),
    )

    class Meta:
        model = Delivery
        fields = ["reading", "severity", "kind"]

    def read(self, rows: QuerySet[Delivery], name: str, value: str) -> QuerySet[Delivery]:
        del name
        if value == "unread":
            return rows.filter(read_at=None)
        mine = Q(notice__acknowledgements__person=self.request.user)
        return rows.exclude(mine)


def _worded(actor: Person, rows: Sequence[Any]) -> None:
    """Gives each row its ``words``; the templates are read once for all."""
    wording = selectors.Wording(actor.maker_id)
    language = translation.get_language() or "zh-hans"
    for row in rows:
        row.words = wording.words(row.notice, language, outside=False)


def _title(row: Any) -> str:
    again = row.notice.repeats
    return f"{row.words.title} ×{again + 1}" if again else str(row.words.title)


def _state(row: Delivery) -> Cell:
    if row.notice.acknowledged_at is not None:
        return Cell(_("已确认"), "done")
    return Cell(_("已读"), "offline") if row.read_at else Cell(_("未读"), "due")


def _state_code(row: Delivery) -> str:
    if row.notice.acknowledged_at is not None:
        return "acknowledged"
    return "read" if row.read_at else "unread"


INBOX = List(
    of="inbox",
    title=gettext_lazy("站内信"),
    section=gettext_lazy("我的账号"),
    needs="account.own",
    rows=lambda actor: selectors.inbox_of(actor),
    filterset=InboxFilter,
    columns=(
        ListColumn(
            gettext_lazy("级别"),
            lambda row: level_cell(row.notice.severity),
            key="severity",
            kind="choice",
            raw=lambda row: str(row.notice.severity),
        ),
        ListColumn(
            gettext_lazy("内容"),
            key="title",
            raw=_title,
            link=lambda row: reverse("notice", args=[row.notice_id]),
        ),
        ListColumn(gettext_lazy("状态"), _state, key="state", raw=_state_code),
        ListColumn(
            gettext_lazy("时间"),
            key="created_at",
            kind="instant",
            raw=lambda row: row.notice.created_at,
            sort="pk",  # numbers grow with time, and have an index already
        ),
        ListColumn(gettext_lazy("正文"), key="body", raw=lambda row: row.words.body, shown=False),
        ListColumn(
            gettext_lazy("类型"), key="kind", raw=lambda row: row.notice.kind, shown=False
        ),
        ListColumn(
            gettext_lazy("对象"), key="subject", raw=lambda row: row.notice.subject, shown=False
        ),
        ListColumn(
            gettext_lazy("编号"), key="id", kind="number", raw=lambda row: row.notice_id,
            shown=False,
        ),
    ),
    facets=(Facet("severity", "notice__severity"), Facet("kind", "notice__kind")),
    empty_title=gettext_lazy("还没有通知"),
    empty_text=gettext_lazy("时限、审批、告警等需要您知道的事，会出现在这里。"),
    url_name="inbox",
    api="notices/",
    about="The caller's own inbox, newest first; titles in the language of the call.",
    prepare=_worded,
    can_follow=False,
)  # fmt: skip


class InboxList(ListPage):
    declaration = INBOX
    template = "records/inbox.html"


@needs("account.own")
@require_safe
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One notice in full; opening it takes it off the count."""
    person = person_of(request)
    entry = selectors.inbox_entry(person, notice_id)
    services.own_notice_read(person, notice_id=notice_id)
    found = entry.notice
    seen = list(found.acknowledgements.select_related("person").order_by("pk"))
    language = translation.get_language() or "zh-hans"
    kind = KINDS.get(found.kind)
    context = {
        "notice": found,
        "words": selectors.Wording(found.maker_id).words(found, language, outside=False),
        "kind": kind.title if kind else found.kind,
        "seen": seen,
        "is_seen": any(one.person_id == person.pk for one in seen),
    }
    return render(request, "records/notice.html", context)


@needs("account.own")
@require_POST
def acknowledge(request: HttpRequest, notice_id: int) -> HttpResponse:
    try:
        services.notice_acknowledge(person_of(request), notice_id=notice_id)
    except WrongState:
        messages.info(request, _("您已确认过该通知。"))
    else:
        messages.success(request, _("已确认收到，升级已停止。"))
    return redirect("notice", notice_id)


@needs("account.own")
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.own_notices_read(person_of(request))
    return redirect("inbox")


def bell(actor: Person) -> dict[str, Any]:
    """What the top bar shows."""
    return {"unread": selectors.inbox_unread(actor)}
