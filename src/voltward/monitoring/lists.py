"""The lists of the desk: page, export, API and subscriptions are made from these."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.monitoring.alarm_lists import ALARMS
from voltward.monitoring.filters import (
    DispositionFilter,
    OwnerNoticeFilter,
    WebhookFilter,
)
from voltward.monitoring.models.webhooks import KINDS
from voltward.monitoring.notice_kinds import OWNER_KINDS
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.dispositions import disposition_visible
from voltward.monitoring.selectors.owner_notices import owner_notice_visible
from voltward.monitoring.selectors.webhooks import webhook_visible
from voltward.monitoring.texts import level_style
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.room import Cell

DOTS = {"sent": "done", "again": "due", "failed": "late", "refused": "late"}
STATE_DOTS = {"proposed": "due", "approved": "done", "refused": "offline", "ended": "offline"}
_SECTION = _("运行监测")


def _level(row: Any) -> Cell:
    return Cell(row.get_level_display(), level=level_style(row.level))


DISPOSITIONS = List(
    of="disposition",
    title=_("自动处置规则"),
    section=_SECTION,
    needs="alarm.read",
    rows=disposition_visible,
    filterset=DispositionFilter,
    columns=(
        ListColumn(
            _("名称"), key="title", sort="title",
            link=lambda row: reverse("disposition", args=[row.pk]),
        ),
        ListColumn(_("规则"), lambda row: rule_title(row.rule), key="rule"),
        ListColumn(_("等级"), key="level", kind="choice"),
        ListColumn(_("条件"), key="condition", kind="choice"),
        ListColumn(_("分钟或数量"), key="amount", kind="number"),
        ListColumn(_("处置"), key="deed", kind="choice"),
        ListColumn(
            _("状态"), lambda row: Cell(row.get_state_display(), STATE_DOTS[row.state]), key="state",
            kind="choice",
        ),
        ListColumn(_("生效日期"), key="effective_from", raw=lambda row: f"{row.effective_from}"),
        ListColumn(_("提出人"), key="proposed_by", raw=lambda row: row.proposed_by.display_name),
    ),
    order="title",
    facets=(Facet("state"), Facet("condition")),
    buttons=(Button(_("提出规则"), "disposition-propose", "plus", "rule.propose"),),
    empty_title=_("还没有自动处置规则"),
    empty_text=_("1、2 级告警过多时，在“提出规则”中写明条件与结论，经第二人批准后按规则关闭或搁置。"),
    url_name="dispositions",
)  # fmt: skip

OWNER_NOTICES = List(
    of="owner_notice",
    title=_("车主通知"),
    section=_SECTION,
    needs="alarm.read",
    rows=owner_notice_visible,
    filterset=OwnerNoticeFilter,
    columns=(
        ListColumn(_("时间"), key="created_at", kind="instant", sort="created_at"),
        ListColumn(
            "VIN", key="vin", css="vw-mono", raw=lambda row: row.vehicle.vin,
            link=lambda row: reverse("vehicle-alarms", args=[row.vehicle.vin]),
        ),
        ListColumn(
            _("类型"), lambda row: OWNER_KINDS[row.kind].title if row.kind in OWNER_KINDS else row.kind,
            key="kind",
        ),
        ListColumn(_("研判等级"), _level, key="level", kind="choice"),
        ListColumn(_("方式"), key="way", kind="choice"),
        ListColumn(
            _("状态"), lambda row: Cell(row.get_state_display(), DOTS.get(row.state, "offline")),
            key="state", kind="choice",
        ),
        ListColumn(_("尝试次数"), key="attempts", kind="number"),
        ListColumn(_("发出时间"), key="sent_at", kind="instant"),
        ListColumn(_("渠道应答"), key="answer"),
        ListColumn(_("正文"), key="body", shown=False),
    ),
    order="-created_at",
    facets=(Facet("state"), Facet("way"), Facet("kind")),
    empty_title=_("还没有车主通知"),
    empty_text=_("故障或隐患告警发生后，按 GB/T 45688 附录 D 通知车主，结果显示在这里。"),
    url_name="owner-notices",
    api="owner-notices/",
    about="What owners were told of faults and hazards, and whether it left the house.",
)  # fmt: skip

WEBHOOKS = List(
    of="webhook",
    title=_("事件回调"),
    section=_("系统管理"),
    needs="webhook.manage",
    rows=webhook_visible,
    filterset=WebhookFilter,
    columns=(
        ListColumn(
            _("名称"), key="name", sort="name", link=lambda row: reverse("webhook", args=[row.pk])
        ),
        ListColumn(_("地址"), key="url", css="vw-mono"),
        ListColumn(
            _("事件"), lambda row: "、".join(str(dict(KINDS)[one]) for one in row.kinds), key="kinds",
            raw=lambda row: ",".join(row.kinds),
        ),
        ListColumn(
            _("启用"),
            lambda row: Cell(_("停用"), "offline") if row.closed_at else Cell(_("启用"), "online"),
            key="state", raw=lambda row: "closed" if row.closed_at else "open",
        ),
        ListColumn(_("最近发送"), key="last_tried_at", kind="instant"),
        ListColumn(
            _("最近结果"),
            lambda row: Cell(row.last_answer, DOTS.get(row.last_outcome, "")) if row.last_outcome else None,
            key="last_answer",
        ),
    ),
    order="name",
    buttons=(Button(_("添加地址"), "webhook-add", "plus", "webhook.manage"),),
    empty_title=_("还没有回调地址"),
    empty_text=_("添加其他系统的 https 地址后，告警发生、加重、解除、关闭时会签名推送。"),
    url_name="webhooks",
)  # fmt: skip

LISTS = (ALARMS, DISPOSITIONS, OWNER_NOTICES, WEBHOOKS)
