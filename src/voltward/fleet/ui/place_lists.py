"""Lists of service outlets and charging sites."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.fleet.models.places import PLACE_STATES
from voltward.fleet.selectors import places as selectors
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.room import Cell


class _PlaceFilter(RoomFilterSet):
    name = CharFilter(label=_("编号或名称"), method="by_name", max_length=120)
    area = CharFilter(label=_("城市区域"), max_length=80)
    state = ChoiceFilter(label=_("状态"), choices=PLACE_STATES, empty_label=_("全部"))

    def by_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        word = value.strip()
        found: QuerySet[Any] = rows.filter(Q(name__begins=word) | Q(code__begins=word))
        return found


class OutletFilter(_PlaceFilter):
    of = "service_outlet"
    kind = ChoiceFilter(label=_("网点类型"), choices=ServiceOutlet.KINDS, empty_label=_("全部"))

    class Meta:
        model = ServiceOutlet
        fields = ["name", "kind", "area", "state"]


class SiteFilter(_PlaceFilter):
    of = "charging_site"
    operator = CharFilter(label=_("运营商"), max_length=80)

    class Meta:
        model = ChargingSite
        fields = ["name", "operator", "area", "state"]


def _state(row: Any) -> Cell:
    """The word, with the day of the closing where one was set."""
    word = str(dict(PLACE_STATES)[row.state])
    return Cell(f"{word} · {row.closed_on}" if row.closed_on else word)


def _head(url_name: str) -> tuple[ListColumn, ...]:
    def link(row: Any) -> str:
        return reverse(url_name, args=[row.pk])

    return (
        ListColumn(_("编号"), key="code", sort="code", link=link, css="vw-mono"),
        ListColumn(_("名称"), key="name", sort="name", link=link),
    )


_PLACE: tuple[ListColumn, ...] = (
    ListColumn(_("城市区域"), key="area"),
    ListColumn(_("值班电话"), key="phone", css="vw-mono"),
    ListColumn(
        _("经度（°）"), lambda row: f"{row.longitude_deg:.5f}", key="longitude_deg", kind="number"
    ),
    ListColumn(
        _("纬度（°）"), lambda row: f"{row.latitude_deg:.5f}", key="latitude_deg", kind="number"
    ),
    ListColumn(_("坐标系"), key="datum", kind="choice", shown=False),
    ListColumn(_("状态"), _state, key="state", kind="choice"),
    ListColumn(_("停业日期"), key="closed_on", shown=False),
)

OUTLETS = List(
    of="service_outlet",
    title=_("服务网点"),
    section=_("售后服务"),
    needs=selectors.READ,
    rows=selectors.outlet_listed,
    filterset=OutletFilter,
    columns=(
        *_head("outlet-page"),
        ListColumn(_("网点类型"), key="kind", kind="choice"),
        *_PLACE[:2],
        ListColumn(_("营业时间"), key="hours"),
        *_PLACE[2:],
        ListColumn(_("组织单元"), key="unit", raw=lambda row: str(row.unit) if row.unit else None),
    ),
    order="code",
    tie="code",
    facets=(Facet("kind"), Facet("area"), Facet("state")),
    buttons=(
        Button(_("新增服务网点"), "outlet-new", "plus", "outlet.write"),
        Button(_("批量导入"), "import-new", "upload", "outlet.write"),
    ),
    empty_title=_("还没有服务网点"),
    empty_text=_("逐个添加，或用 CSV、Excel 批量导入；告警中心据此给出最近网点。"),
    url_name="outlets",
    api="outlets/",
    about="Service outlets by code; filter with `name` (beginning of code or name), `kind`, `area`, `state`.",
)
SITES = List(
    of="charging_site",
    title=_("充电站"),
    section=_("运行监测"),
    needs=selectors.READ,
    rows=lambda actor: selectors.place_listed(actor, ChargingSite),
    filterset=SiteFilter,
    columns=(
        *_head("charging-site-page"),
        ListColumn(_("运营商"), key="operator", sort="operator"),
        *_PLACE,
        ListColumn(_("来源"), key="source"),
    ),
    order="code",
    tie="code",
    facets=(Facet("operator"), Facet("area"), Facet("state")),
    buttons=(
        Button(_("新增充电站"), "charging-site-new", "plus", "site.write"),
        Button(_("批量导入"), "import-new", "upload", "site.write"),
    ),
    empty_title=_("还没有充电站"),
    empty_text=_("逐个添加，或用 CSV、Excel 批量导入；充电或停放车辆的告警据此给出充电运营商。"),
    url_name="charging-sites",
    api="charging-sites/",
    about="Charging sites by code; filter with `name` (beginning of code or name), `operator`, `area`, `state`.",
)
LISTS = (OUTLETS, SITES)
