"""The lists of keys, agreements and security events: page, export, API and subscriptions."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from voltward.exchange.models import SealAgreement, SecurityEvent, TerminalKey
from voltward.exchange.selectors.terminal_keys import (
    seal_agreement_visible,
    security_event_visible,
    terminal_key_visible,
)
from voltward.fleet.filters import CapitalFilter
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.room import Cell

_SECTION = _("监管对接")
_ALL = _("全部")
KEY_DOTS = {"registered": "due", "pending": "due", "active": "online", "revoked": "offline"}
AGREEMENT_DOTS = {"proposed": "due", "approved": "done", "refused": "offline"}


class TerminalKeyFilter(RoomFilterSet):
    of = "terminal_key"
    vin = CapitalFilter(label="VIN", field_name="vehicle__vin", lookup_expr="begins", max_length=17)
    state = ChoiceFilter(label=_("状态"), choices=TerminalKey.STATES, empty_label=_ALL)
    algorithm = ChoiceFilter(label=_("签名算法"), choices=TerminalKey.ALGORITHMS, empty_label=_ALL)
    source = ChoiceFilter(label=_("来源"), choices=TerminalKey.SOURCES, empty_label=_ALL)

    class Meta:
        model = TerminalKey
        fields = ["vin", "state", "algorithm", "source"]


class SealAgreementFilter(RoomFilterSet):
    of = "seal_agreement"
    state = ChoiceFilter(label=_("状态"), choices=SealAgreement.STATES, empty_label=_ALL)

    class Meta:
        model = SealAgreement
        fields = ["state"]


class SecurityEventFilter(RoomFilterSet):
    of = "security_event"
    vin = CapitalFilter(label="VIN", lookup_expr="begins", max_length=17)
    kind = ChoiceFilter(label=_("事件"), choices=SecurityEvent.KINDS, empty_label=_ALL)

    class Meta:
        model = SecurityEvent
        fields = ["vin", "kind"]


def _state(row: TerminalKey) -> Cell:
    return Cell(row.get_state_display(), KEY_DOTS[row.state])


def _waiting(row: TerminalKey) -> Cell | None:
    if row.approval is None or row.approval.state != "waiting":
        return None
    return Cell(_("待第二人审批"), "due")


def _details(row: SecurityEvent) -> str:
    return "; ".join(f"{name}: {value}" for name, value in sorted(row.details.items()))


def _event_link(row: Any) -> str:
    return reverse("vehicle", args=[row.vehicle.vin]) if row.vehicle else ""


TERMINAL_KEYS = List(
    of="terminal_key",
    title=_("终端密钥"),
    section=_SECTION,
    needs="terminal_key.read",
    rows=terminal_key_visible,
    filterset=TerminalKeyFilter,
    columns=(
        ListColumn(
            "VIN", key="vin", css="vw-mono", raw=lambda row: row.vehicle.vin,
            link=lambda row: reverse("terminal-key", args=[row.pk]),
        ),
        ListColumn(_("芯片编号"), key="chip_id", sort="chip_id", css="vw-mono"),
        ListColumn(_("签名算法"), key="algorithm", kind="choice"),
        ListColumn(_("公钥指纹"), lambda row: row.fingerprint[:16], key="fingerprint", css="vw-mono"),
        ListColumn(_("状态"), _state, key="state", kind="choice"),
        ListColumn(
            _("审批"), _waiting, key="approval",
            raw=lambda row: row.approval.state if row.approval else "",
        ),
        ListColumn(_("有效期自"), key="valid_from", kind="instant"),
        ListColumn(_("有效期至"), key="valid_until", kind="instant", sort="valid_until"),
        ListColumn(_("来源"), key="source", kind="choice"),
        ListColumn(_("登记时间"), key="known_at", kind="instant", sort="known_at"),
        ListColumn(_("启用时间"), key="activated_at", kind="instant", shown=False),
        ListColumn(_("撤销时间"), key="revoked_at", kind="instant", shown=False),
    ),
    order="-known_at",
    facets=(Facet("state"), Facet("algorithm"), Facet("source")),
    buttons=(
        Button(_("批量导入"), "import-new", "upload", "terminal_key.write"),
        Button(_("签名与加密约定"), "seal-agreements", "list-details", "terminal_key.read"),
    ),
    empty_title=_("还没有终端密钥"),
    empty_text=_("导入车辆的安全芯片编号与公钥；车辆激活时与之相符即启用，不符的等待审批。"),
    url_name="terminal-keys",
    api="terminal-keys/",
    about="Public keys of terminals; filter with `vin` (beginning), `state`, `algorithm`, `source`.",
)  # fmt: skip

SEAL_AGREEMENTS = List(
    of="seal_agreement",
    title=_("签名与加密约定"),
    section=_SECTION,
    needs="terminal_key.read",
    rows=seal_agreement_visible,
    filterset=SealAgreementFilter,
    columns=(
        ListColumn(
            _("生效日期"), key="effective_from", sort="effective_from",
            raw=lambda row: f"{row.effective_from}",
        ),
        ListColumn(
            _("状态"), lambda row: Cell(row.get_state_display(), AGREEMENT_DOTS[row.state]), key="state",
            kind="choice",
        ),
        ListColumn(_("分组模式（AES、SM4）"), key="mode", kind="choice"),
        ListColumn(_("填充"), key="padding", kind="choice"),
        ListColumn(_("初始向量"), key="vector", kind="choice"),
        ListColumn(_("SM2 密文格式"), key="sm2", kind="choice"),
        ListColumn(_("RSA 填充"), key="rsa", kind="choice"),
        ListColumn(_("密钥交换的保护"), key="wrap", kind="choice"),
        ListColumn(
            _("登入须签名"), lambda row: _("是") if row.logins_signed else _("否"), key="logins_signed",
        ),
        ListColumn(_("依据"), key="source"),
        ListColumn(_("提出人"), key="proposed_by", raw=lambda row: row.proposed_by.display_name),
        ListColumn(
            _("批准人"), key="approved_by",
            raw=lambda row: row.approved_by.display_name if row.approved_by else "",
        ),
    ),
    order="-effective_from",
    facets=(Facet("state"),),
    buttons=(Button(_("提出约定"), "seal-agreement-propose", "plus", "terminal_key.write"),),
    empty_title=_("还没有签名与加密约定"),
    empty_text=_("没有约定时按最严格的要求：登入也须签名，数据密钥以平台的 SM2 公钥加密，CBC、PKCS#7。"),
    url_name="seal-agreements",
)  # fmt: skip

SECURITY_EVENTS = List(
    of="security_event",
    title=_("安全事件"),
    section=_SECTION,
    needs="security.read",
    rows=security_event_visible,
    filterset=SecurityEventFilter,
    columns=(
        ListColumn(_("最近"), key="last_at", kind="instant", sort="last_at"),
        ListColumn(_("事件"), key="kind", kind="choice"),
        ListColumn("VIN", key="vin", css="vw-mono", sort="vin", link=_event_link),
        ListColumn(_("次数"), key="count", kind="number", sort="count"),
        ListColumn(_("来源地址"), key="peer", css="vw-mono"),
        ListColumn(_("首次"), key="first_at", kind="instant"),
        ListColumn(_("网关"), key="stream"),
        ListColumn(_("详情"), _details, key="details", raw=_details, shown=False),
    ),
    order="-last_at",
    facets=(Facet("kind"),),
    empty_title=_("还没有安全事件"),
    empty_text=_("冒用的 VIN、克隆、伪造或重放的报文会在数秒内出现在这里，同一小时内相同的合为一行。"),
    url_name="security-events",
    api="security-events/",
    about="What gateways noticed of clones, strangers and forged frames; filter with `vin`, `kind`.",
)  # fmt: skip

KEY_LISTS = (TERMINAL_KEYS, SEAL_AGREEMENTS, SECURITY_EVENTS)
