"""为什么没有这一帧: a vehicle and a moment, and every stage the frame went through, each with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.base.errors import NotFound
from voltward.columns.reasons import TimeState, Verdict
from voltward.exchange.proof_words import flag_text, outcome_dot, outcome_title, why_text
from voltward.exchange.selectors.proof_chain import Chain, Content, LinkStage, chain_of
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_by_vin
from voltward.frames import words
from voltward.monitoring.ports import FramesUnreadable
from voltward.monitoring.store import StoreAway
from voltward.monitoring.texts import here
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.uplink.proof import STREAM_PREFIX

YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Stage:
    """What is shown of one link. ``proof``: the place of the outcome on its stream."""

    name: str
    dot: str
    title: str
    text: str
    stage: LinkStage
    proof: str


@needs("exchange.read")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    vin, text = request.GET.get("vin", "").strip().upper()[:17], request.GET.get("at", "").strip()
    context: dict[str, Any] = {"vin": vin, "at": text[:19]}
    if not vin and not text:
        return render(request, "exchange/missing_frame.html", context)
    actor, at = actor_of(request), _instant(text)
    vehicle = _vehicle(actor, vin)
    if vehicle is None or at is None:
        context["trouble"] = (
            _("没有这辆车。") if vehicle is None else _("时间无效，例如 2026-03-15T08:30:05。")
        )
        return render(request, "exchange/missing_frame.html", context, status=422)
    try:
        chain = chain_of(actor, vehicle, at)
    except StoreAway:
        context["trouble"] = _("遥测存储暂不可用，请稍后再试。")
        return render(request, "exchange/missing_frame.html", context, status=503)
    except FramesUnreadable as fault:
        context["trouble"] = _("报文读取失败（%(fault)s），请联系系统管理员。") % {"fault": fault}
        return render(request, "exchange/missing_frame.html", context, status=503)
    context |= {"vehicle": vehicle, "asked": at, "chain": chain, "verdict": _verdict(chain, at)}
    context["contents"] = [(one, _decoded(one), _stages(one)) for one in chain.contents]
    return render(request, "exchange/missing_frame.html", context)


def _vehicle(actor: Person, vin: str) -> Vehicle | None:
    try:
        return vehicle_by_vin(actor, vin)
    except NotFound:
        return None


def _instant(text: str) -> datetime | None:
    """A local time to the second, or an instant with its zone."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or found.year not in YEARS:
        return None
    found = timezone.make_aware(found) if timezone.is_naive(found) else found
    return found.astimezone(UTC).replace(microsecond=0)


def _stages(content: Content) -> list[Stage]:
    return [_stage(one) for one in content.stages]


def _stage(one: LinkStage) -> Stage:
    if one.proof is not None:
        title = outcome_title(one.proof.outcome)
        text = flag_text(one.link.edition, one.proof.flag)
        proof = f"{STREAM_PREFIX}{one.link.name} · {one.proof.proof}"
        return Stage(one.link.name, outcome_dot(one.proof.outcome), title, text, one, proof)
    assert one.why is not None
    return Stage(one.link.name, "due", _("没有结果"), why_text(one.why), one, "")


def _decoded(content: Content) -> str:
    """What the decoder said of the row; empty: there is none."""
    if content.row is None:
        return ""
    if content.row.time_state == TimeState.BAD_TIME:
        return here(words.problem("bad_time"))
    if content.row.verdict == Verdict.OK:
        return _("完整解码")
    return here(words.problem(Verdict(content.row.verdict).name.lower()))


def _verdict(chain: Chain, at: datetime) -> str:
    """In one sentence where a frame that is no row was lost."""
    if chain.contents:
        return ""
    if at > datetime.now(UTC):
        return _("该时刻还没有到来。")
    if chain.raw:
        lag = _("入库落后 %(lag)s 秒。") % {"lag": round(chain.lag_s)} if chain.lag_s else ""
        return _("网关已收到此帧，但没有成为数据行：尚未入库、已加密或无法解码。%(lag)s") % {
            "lag": lag
        }
    if chain.refusals:
        return _("网关没有接受此时前后的报文，见下方拒绝记录；被拒绝的报文不上传。")
    if chain.before or chain.behind:
        return _("没有收到此帧：车辆在这一时刻没有上报，或补发尚未到达。")
    return _("没有收到此帧，前后一天内也没有该车的数据。")
