"""The list of public platforms, with how each link stands now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from voltward.exchange.models import PublicPlatform
from voltward.exchange.platform_words import link_cell, span_text
from voltward.exchange.ports import link_status
from voltward.exchange.selectors.platforms import platform_visible, revisions_in_force
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Button, List, ListColumn
from voltward.pages.room import Cell
from voltward.records.models import Person

SECTION = _("监管对接")


class PlatformFilter(RoomFilterSet):
    of = "public_platform"
    title = CharFilter(label=_("名称"), lookup_expr="begins", max_length=80)
    kind = ChoiceFilter(label=_("平台类型"), choices=PublicPlatform.KINDS, empty_label=_("全部"))
    state = ChoiceFilter(label=_("状态"), choices=PublicPlatform.STATES, empty_label=_("全部"))

    class Meta:
        model = PublicPlatform
        fields = ["title", "kind", "state"]


def _prepared(actor: Person, platforms: Sequence[Any]) -> None:
    """What the uplink says of each, and the settings in force; read once for a page."""
    del actor
    current, now_s = revisions_in_force(platforms), time.time()
    for one in platforms:
        one.now_s, one.status, one.current = now_s, link_status(one.name), current.get(one.pk)


def _said(name: str) -> Any:
    """Reads a figure of the status; nothing where the uplink said nothing."""
    return lambda row: None if row.status is None else getattr(row.status, name)


def _backlog(row: Any) -> Cell | None:
    waited_s = 0.0 if row.status is None else row.status.backlog_s(row.now_s)
    return Cell(span_text(waited_s), "due") if waited_s else None


def _address(row: Any) -> str | None:
    return None if row.current is None else f"{row.current.host}:{row.current.port}"


PLATFORMS = List(
    of="public_platform",
    title=_("平台对接"),
    section=SECTION,
    needs="exchange.read",
    rows=platform_visible,
    filterset=PlatformFilter,
    columns=(
        ListColumn(
            _("名称"), key="title", sort="title", link=lambda row: reverse("uplink", args=[row.name])
        ),
        ListColumn(_("代号"), key="name", sort="name", css="vw-mono"),
        ListColumn(_("平台类型"), key="kind", kind="choice"),
        ListColumn(
            _("链路状态"), lambda row: link_cell(row, row.status, row.now_s), key="link_state",
            raw=_said("state"),
        ),
        ListColumn(
            _("实时延迟（秒）"),
            lambda row: f"{row.status.lag_s:.1f}" if row.status and row.status.lag_s is not None else None,
            key="lag_s", kind="number", raw=_said("lag_s"),
        ),
        ListColumn(_("待补发"), key="due", kind="number", raw=_said("due")),
        ListColumn(
            _("最早待补发"), _backlog, key="due_oldest_s", kind="number", raw=_said("due_oldest_s")
        ),
        ListColumn(_("已发送"), key="sent", kind="number", raw=_said("sent")),
        ListColumn(_("已确认"), key="accepted", kind="number", raw=_said("accepted")),
        ListColumn(_("被拒收"), key="refused", kind="number", raw=_said("refused")),
        ListColumn(_("地址"), key="address", css="vw-mono", raw=_address),
        ListColumn(_("状态"), key="state", kind="choice", shown=False),
    ),
    order="title",
    buttons=(Button(_("添加平台"), "uplink-add", "plus", "exchange.propose"),),
    empty_title=_("还没有对接公共平台"),
    empty_text=_(
        "点“添加平台”填写对方给的地址、唯一识别码和登入账号，经第二人批准后开始上传；接入前已落盘的报文不会丢失。"
    ),
    url_name="uplinks",
    api="exchange/links/",
    about="Public platforms with the state of each link and what it was sent.",
    prepare=_prepared,
)  # fmt: skip
