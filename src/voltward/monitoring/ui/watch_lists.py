"""The lists of the watch queues: page, filters, export, API and subscriptions of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from voltward.fleet.models import OwnerPeriod
from voltward.monitoring import watch_states
from voltward.monitoring.models import WatchCase, WatchCaseVehicle
from voltward.monitoring.models.watch import DENSE_PARKING, MODEL_SHARE, QUEUES, SHARE_KINDS
from voltward.monitoring.selectors.watch import case_visible
from voltward.monitoring.ui.watch_words import QUEUE_WORDS, condition, measure_text, number_text
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell

GOING = [("yes", _("待结论")), ("no", _("已有结论"))]
HOLDS = [("yes", _("仍成立")), ("no", _("已消失"))]


class WatchFilter(RoomFilterSet):
    of = "watch"
    vin = CharFilter(label="VIN", method="by_vin", max_length=17)
    going = ChoiceFilter(label=_("跟踪"), choices=GOING, method="by_going", empty_label=_("全部"))
    state = ChoiceFilter(label=_("状态"), choices=WatchCase.STATES, empty_label=_("全部"))
    holds = ChoiceFilter(label=_("条件"), choices=HOLDS, method="by_holds", empty_label=_("全部"))
    model = CharFilter(label=_("车型"), field_name="model_name", max_length=80)
    usage = ChoiceFilter(
        label=_("使用性质"), field_name="usage_class", choices=OwnerPeriod.USAGES,
        empty_label=_("全部"),
    )  # fmt: skip
    owner = CharFilter(
        label=_("负责人"), field_name="owner__display_name", lookup_expr="begins", max_length=64
    )
    verdict = ChoiceFilter(label=_("结论"), choices=WatchCase.verdicts(""), empty_label=_("全部"))

    class Meta:
        model = WatchCase
        fields = ["vin", "going", "state", "holds", "model", "usage", "owner", "verdict"]

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """The beginning of a VIN."""
        return rows.filter(vehicle__vin__begins=value.strip().upper())

    def by_going(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        going = rows.filter(state__in=watch_states.GOING)
        return going if value == "yes" else rows.filter(state=watch_states.CLOSED)

    def by_holds(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(ended_at__isnull=value == "yes")


class GroupFilter(WatchFilter):
    of = "watch_dense_parking"
    model = usage = None

    class Meta:
        model = WatchCase
        fields = ["vin", "going", "state", "holds", "owner", "verdict"]

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """A vehicle that stands in the group, by the beginning of its VIN."""
        members = WatchCaseVehicle.objects.filter(
            case=OuterRef("pk"), vehicle__vin__begins=value.strip().upper()
        )
        return rows.filter(Exists(members))


class ModelFilter(WatchFilter):
    of = "watch_model_share"
    vin = usage = None
    kind = ChoiceFilter(
        label=_("类别"), choices=SHARE_KINDS, method="by_kind", empty_label=_("全部")
    )
    verdict = ChoiceFilter(
        label=_("结论"), choices=WatchCase.verdicts(MODEL_SHARE), empty_label=_("全部")
    )

    class Meta:
        model = WatchCase
        fields = ["kind", "model", "going", "state", "holds", "owner", "verdict"]

    def by_kind(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(subject__begins=f"{value}:")


_STATE = ListColumn(
    _("状态"), lambda row: Cell(row.get_state_display(), row.state), key="state", kind="choice"
)
_COMMON = (
    ListColumn(_("条件"), condition, key="holds", raw=lambda row: row.ended_at is None),
    _STATE,
    ListColumn(_("负责人"), key="owner__display_name"),
    ListColumn(
        _("复查日"), key="recheck_on", sort="recheck_on", css="vw-mono",
        raw=lambda row: row.recheck_on.isoformat() if row.recheck_on else None,
    ),
    ListColumn(_("发现时间"), key="opened_at", kind="instant", sort="opened_at"),
    ListColumn(_("结论"), key="verdict", kind="choice"),
    ListColumn(_("结论依据"), key="verdict_text", shown=False),
    ListColumn(_("关闭时间"), key="closed_at", kind="instant", shown=False),
    ListColumn(_("条件消失"), key="ended_at", kind="instant", shown=False),
    ListColumn(_("编号"), key="id", kind="number", shown=False),
)  # fmt: skip


def _link(row: WatchCase) -> str:
    return reverse("watch-case", args=[row.pk])


def _of_vehicles(queue: str) -> tuple[ListColumn, ...]:
    return (
        ListColumn("VIN", key="vehicle__vin", link=_link, css="vw-mono"),
        ListColumn(_("车型"), key="model_name"),
        ListColumn(_("使用性质"), key="usage_class", kind="choice"),
        ListColumn(
            QUEUE_WORDS[queue].measure, measure_text, key="measure", kind="number", sort="measure",
        ),
        *_COMMON,
    )  # fmt: skip


_OF_GROUPS = (
    ListColumn(_("编号"), key="name", link=_link, css="vw-mono"),
    ListColumn(
        _("车辆数"), key="vehicles_number", kind="number", sort="vehicles_number"
    ),
    ListColumn(
        _("最长停放"), lambda row: number_text("longest_d", row.now.get("longest_d")), key="longest_d", kind="number",
        raw=lambda row: row.now.get("longest_d"),
    ),
    ListColumn(_("位置网格"), key="cell", css="vw-mono", shown=False),
    ListColumn(_("场地联系人"), key="place_contact"),
    *_COMMON,
)  # fmt: skip


_OF_MODELS = (
    ListColumn(_("车型"), key="model_name", link=_link),
    ListColumn(_("类别"), lambda row: row.kind_title, key="kind"),
    ListColumn(
        QUEUE_WORDS[MODEL_SHARE].measure, measure_text, key="measure", kind="number", sort="measure",
    ),
    ListColumn(_("发生的车辆"), key="vehicles_number", kind="number"),
    ListColumn(
        _("该车型在用车辆"), lambda row: number_text("in_use", row.now.get("in_use")), key="in_use",
        kind="number", raw=lambda row: row.now.get("in_use"),
    ),
    *_COMMON,
)  # fmt: skip


@dataclass(frozen=True)
class _Shape:
    """What differs between the lists of vehicles, groups and models."""

    columns: tuple[ListColumn, ...]
    filterset: type[WatchFilter]
    order: str = "-measure"
    facets: tuple[Facet, ...] = ()


def _shape(queue: str) -> _Shape:
    if queue == DENSE_PARKING:
        return _Shape(_OF_GROUPS, GroupFilter, order="-vehicles_number")
    if queue == MODEL_SHARE:
        return _Shape(_OF_MODELS, ModelFilter, facets=(Facet("model", "model_name"),))
    facets = (Facet("usage", "usage_class"), Facet("model", "model_name"))
    return _Shape(_of_vehicles(queue), WatchFilter, facets=facets)


def _declared(queue: str, title: Any) -> List:
    words, shape = QUEUE_WORDS[queue], _shape(queue)
    return List(
        of=f"watch_{queue}",
        title=title,
        section=_("关注队列"),
        needs="watch.read",
        rows=partial(_rows, queue),
        filterset=shape.filterset,
        columns=shape.columns,
        order=shape.order,
        facets=(Facet("state"), Facet("verdict"), *shape.facets),
        empty_title=_("队列为空"),
        empty_text=words.empty,
        url_name=f"watch-{words.slug}",
        api=f"watch/{words.slug}/",
        about="Cases of a watch queue, worst first; `going`: without a verdict, `holds`: still true.",
    )


def _rows(queue: str, actor: Any) -> QuerySet[WatchCase]:
    return case_visible(actor, queue)


LISTS = {queue: _declared(queue, title) for queue, title in QUEUES}


class QueueList(ListPage):
    """One queue; ``as_view()`` names each one's own."""

    template = "monitoring/watch_list.html"
    needs = "watch.read"

    def more_context(self, request: Any) -> dict[str, Any]:
        queue = self.declaration.of.removeprefix("watch_")
        return {
            "words": QUEUE_WORDS[queue],
            "may_handle": "watch.handle" in request.user.grants,
        }


def page_of_queue(queue: str) -> type[QueueList]:
    return type(f"List_{queue}", (QueueList,), {"declaration": LISTS[queue], "needs": "watch.read"})
