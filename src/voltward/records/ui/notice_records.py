"""What was told to whom, how, and with what result: the list and one delivery with its tries."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.pages.access import needs
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell, Text
from voltward.records.models import Delivery
from voltward.records.models.notice_ways import CHANNEL_KINDS
from voltward.records.models.notices import SEVERITIES
from voltward.records.notice_kinds import KINDS
from voltward.records.selectors import notices as selectors
from voltward.records.ui.actor import person_of
from voltward.records.ui.inbox import kind_choices, level_cell

DOTS = {"sent": "done", "failed": "late", "again": "due", "sending": "stale", "waiting": "stale"}


class DeliveryFilter(FilterSet):  # type: ignore[misc]
    state = ChoiceFilter(label=_("状态"), choices=Delivery.STATES, empty_label=_("全部"))
    kind = ChoiceFilter(label=_("渠道"), choices=CHANNEL_KINDS, empty_label=_("全部"))
    what = ChoiceFilter(
        field_name="notice__kind", label=_("类型"), choices=kind_choices, empty_label=_("全部")
    )
    severity = ChoiceFilter(
        field_name="notice__severity", label=_("级别"), choices=SEVERITIES, empty_label=_("全部")
    )
    person = CharFilter(
        field_name="person__display_name", label=_("接收人"), lookup_expr="begins", max_length=64
    )

    class Meta:
        model = Delivery
        fields = ["state", "kind", "what", "severity", "person"]


def state_cell(row: Delivery) -> Cell:
    return Cell(row.get_state_display(), DOTS.get(row.state, "offline"))


def _what(row: Delivery) -> Text:
    kind = KINDS.get(row.notice.kind)
    return kind.title if kind else row.notice.kind


DELIVERIES = List(
    of="delivery",
    title=_("通知投递记录"),
    section=_("系统管理"),
    needs="notice.manage",
    rows=lambda actor: selectors.delivery_visible(actor),
    filterset=DeliveryFilter,
    columns=(
        ListColumn(
            _("时间"),
            key="notice__created_at",
            kind="instant",
            sort="pk",  # numbers grow with time, and have an index already
            link=lambda row: reverse("notice-delivery", args=[row.pk]),
        ),
        ListColumn(_("级别"), lambda row: level_cell(row.notice.severity), key="notice__severity"),
        ListColumn(_("类型"), _what, key="notice__kind"),
        ListColumn(_("对象"), key="notice__subject", css="vw-mono"),
        ListColumn(_("接收人"), key="person__display_name"),
        ListColumn(
            _("渠道"),
            lambda row: row.channel.name if row.channel else row.get_kind_display(),
            key="channel",
            raw=lambda row: row.channel.name if row.channel else row.kind,
        ),
        ListColumn(_("状态"), state_cell, key="state", kind="choice"),
        ListColumn(_("尝试次数"), key="attempts", kind="number", sort="attempts"),
        ListColumn(_("发出时间"), key="sent_at", kind="instant", sort="sent_at"),
    ),
    facets=(
        Facet("state"),
        Facet("kind"),
        Facet("what", "notice__kind"),
        Facet("severity", "notice__severity"),
    ),
    empty_title=_("还没有投递记录"),
    empty_text=_("每条通知经每个渠道发给每个人，都会在这里留下一行，附每次尝试的结果。"),
    url_name="notice-deliveries",
    can_follow=False,
)


class DeliveryList(ListPage):
    declaration = DELIVERIES
    template = "records/notice_list.html"

    def more_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"unreached": selectors.notice_unreached(person_of(request)).count()}


@needs("notice.manage")
@require_safe
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One delivery: its notice, the other ways beside it, and every try."""
    actor = person_of(request)
    found = selectors.delivery_by_id(actor, delivery_id)
    beside = selectors.delivery_visible(actor).filter(
        notice=found.notice_id, person=found.person_id
    )
    context = {
        "delivery": found,
        "state": state_cell(found),
        "what": _what(found),
        "tries": selectors.attempts_of(found),
        "beside": [(one, state_cell(one)) for one in beside.order_by("step", "rank", "pk")],
        "seen": found.notice.acknowledgements.select_related("person").order_by("pk"),
    }
    return render(request, "records/notice_delivery.html", context)
