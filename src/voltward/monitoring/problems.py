"""What went wrong last, in words: troubles of the processing, and what the gateway turned away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from voltward.base.clock import utc
from voltward.fleet.models import Vehicle
from voltward.monitoring import selectors
from voltward.records.models import Person
from voltward.telemetry.ingest.status import Problem
from voltward.telemetry.queries.refusals import GatewayRefusal

LISTED = 12
LOOKED_BACK = timedelta(days=1)


@dataclass(frozen=True)
class ShownProblem:
    """``detail``: as the machine said it; ``vin``: the vehicle it is about, if it is the reader's."""

    at: datetime
    text: str
    detail: str
    vin: str
    count: int


def problems_of(actor: Person) -> list[ShownProblem]:
    """The newest troubles of the last day.

    Raises:
        StoreAway: the refusals cannot be read; ``processing_problems`` can.
    """
    refusals = selectors.refusals_of(actor, datetime.now(UTC) - LOOKED_BACK)
    found = processing_problems() + [_refusal(one, vehicle) for one, vehicle in refusals]
    return sorted(found, key=lambda problem: problem.at, reverse=True)[:LISTED]


def processing_problems() -> list[ShownProblem]:
    """Troubles of the processor, newest first; it needs no store to tell them."""
    status = selectors.processor_status()
    found = [_problem(one) for one in status.problems] if status else []
    return sorted(found, key=lambda problem: problem.at, reverse=True)[:LISTED]


def _problem(one: Problem) -> ShownProblem:
    words = {
        "store": _("写入遥测存储失败，正在重试"),
        "journal": _("读取原始报文日志失败"),
        "poison": _("报文无法处理，已隔离"),
        "tap": _("数据转发给后续处理时出错"),
        "state": _("处理进度无法保存"),
    }
    return ShownProblem(utc(one.at_ns), words.get(one.kind, one.kind), one.text, "", one.count)


def _refusal(one: GatewayRefusal, vehicle: Vehicle | None) -> ShownProblem:
    vin = vehicle.vin if vehicle else ""
    address = one.peer.rpartition(":")[0] or one.peer
    return ShownProblem(one.at, _said(one.event, one.reason), address, vin, one.count)


def _said(event: str, reason: str) -> str:
    if event == "refused":
        return _refused(reason)
    if event == "close":
        return _closed(reason)
    return {
        "possible_clone": _("同一 VIN 从两个连接登入，疑似克隆或重复接入"),
        "unregistered": _("未建档车辆登入"),
        "replayed_login": _("登入报文不是新的，疑似重放"),
        "unreadable": _("接入事件无法读取"),
    }.get(event, event)


def _refused(reason: str) -> str:
    return {
        "not_logged_in": _("登入前上传数据，已拒绝"),
        "unknown_vin": _("VIN 未登记，已拒绝登入"),
        "wrong_vin": _("报文 VIN 与登入的车辆不符，已拒绝"),
        "duplicate": _("VIN 重复登入，已拒绝"),
        "structure": _("报文结构错误，已拒绝"),
        "wrong_link": _("该命令不属于这类连接，已拒绝"),
        "bad_secret": _("平台登入的用户名或密码错误，已拒绝"),
        "bad_signature": _("签名校验失败，已拒绝"),
        "unsigned": _("应签名的报文没有签名，已拒绝"),
        "downgrade": _("应签名的车辆发来 2016 版报文，已拒绝"),
        "no_valid_key": _("车辆没有有效的终端密钥，已拒绝"),
        "decryption": _("数据单元解密失败，已拒绝"),
        "key_kind": _("不接受该类密钥的交换，已拒绝"),
        "replaced": _("旧连接已被新登入取代，其报文已拒绝"),
        "bad_bcc": _("校验码错误"),
    }.get(reason) or _("报文已拒绝（%(reason)s）") % {"reason": reason}


def _closed(reason: str) -> str:
    return {
        "login_deadline": _("连接后未按时登入，已断开"),
        "pre_login_bytes": _("登入前发送数据过多，已断开"),
        "link_limit": _("连接数已达上限，已断开"),
        "not_reading": _("终端长时间不接收应答，已断开"),
        "fault": _("平台处理出错，连接已断开，原始字节已保存"),
    }.get(reason) or _("连接已断开（%(reason)s）") % {"reason": reason}
