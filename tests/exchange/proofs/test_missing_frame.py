"""为什么没有这一帧: every stage with its proof, or the place where the way ended."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests.exchange.proofs.conftest import Uploads
from tests.monitoring.car import NOON, report

from voltward.fleet.models import Vehicle
from voltward.journal.position import Position
from voltward.monitoring.ports import FramesUnreadable
from voltward.telemetry.raw import RawFrame
from voltward.uplink.proof import EXPIRED, REFUSED

pytestmark = pytest.mark.django_db
AT = "2026-03-15T12:00:00"


def asked(client: Client, vin: str, at: str = AT) -> tuple[int, str]:
    answer = client.get("/exchange/missing-frame/", {"vin": vin, "at": at})
    return answer.status_code, unescape(answer.content.decode())


def test_a_frame_that_went_all_the_way_shows_every_stage(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link()
    uploads.put(vehicle)
    uploads.prove(vehicle, NOON)
    code, text = asked(as_operator, vehicle.vin)
    assert code == 200
    for said in ("实时（02）", "GB/T 32960.3-2016", "gateway-0/", "完整解码", "已接受</span> · 0x01",
                 "发送 1 次", "proof-national · 170", "12:00:02", "12:00:03"):  # fmt: skip
        assert said in text
    assert f"/vehicles/{vehicle.vin}/frames/gateway-0/" in text


def test_refused_and_expired_frames_are_named_with_their_flag(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link(edition=2025)
    uploads.link("local", number=1)
    uploads.put(vehicle)
    uploads.prove(vehicle, NOON, outcome=REFUSED, flag=4, tries=4)
    uploads.prove(
        vehicle, NOON, "local", outcome=EXPIRED, flag=0, tries=0, sent_ms=0, answered_ms=0
    )
    _, text = asked(as_operator, vehicle.vin)
    assert "被拒绝</span> · 0x04" in text
    assert "发送 4 次" in text
    assert "超过补发期限" in text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (None, "上传进程没有报告此链路的状态"),
        ({"state": "waiting", "reason": "密码错误", "due": 9}, "未登入对方平台（密码错误）"),
        ({"state": "paused", "reason": "检修"}, "起暂停（检修），恢复后补发"),
        ({"due": 12, "due_oldest_s": NOON.timestamp() - 60}, "等待补发：共 12 帧"),
        ({"held": 3}, "持续拒绝 3 辆车"),
        ({"in_flight": 5, "lag_s": 1.0}, "在途 5 帧"),
        ({}, "尚未轮到此帧"),
    ],
)
def test_a_frame_without_outcome_tells_why(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads, status: Any, said: str
) -> None:
    uploads.link()
    uploads.put(vehicle)
    if status is not None:
        uploads.up(**status)
    assert said in asked(as_operator, vehicle.vin)[1]


def test_a_vehicle_beside_the_link_and_a_frame_before_it_are_told(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link(all_vehicles=False)
    uploads.put(vehicle)
    uploads.up()
    assert "该车不在此链路的车辆范围内" in asked(as_operator, vehicle.vin)[1]
    uploads.links.clear()
    uploads.link()
    uploads.began_ms = int(time.time() * 1000)
    assert "之前收到，不在上传范围内" in asked(as_operator, vehicle.vin)[1]


def test_what_never_came_is_told_with_its_neighbours(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link()
    uploads.put(vehicle, 1, NOON - timedelta(seconds=30))
    uploads.put(vehicle, 1, NOON + timedelta(seconds=40))
    _, text = asked(as_operator, vehicle.vin)
    assert "没有收到此帧：车辆在这一时刻没有上报" in text
    assert "11:59:30" in text
    assert "12:00:40" in text
    _, text = asked(as_operator, vehicle.vin, "2026-03-01T00:00:00")
    assert "前后一天内也没有该车的数据" in text


def test_what_lies_in_the_journal_and_is_no_row_is_told(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    received = NOON + timedelta(seconds=3)
    place = Position("gateway-0", 1, 64)
    uploads.around.frames.append(RawFrame(place, received, report(vehicle.vin)))
    uploads.around.frames.append(
        RawFrame(place, received, report(vehicle.vin, NOON + timedelta(1)))
    )
    _, text = asked(as_operator, vehicle.vin)
    assert "网关已收到此帧，但没有成为数据行" in text
    assert text.count(f"frames/{place}") == 1
    uploads.around.frames_fault = FramesUnreadable("a key is missing")
    code, text = asked(as_operator, vehicle.vin)
    assert (code, "报文读取失败" in text) == (503, True)


def test_what_the_gateway_refused_is_told(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.around.put_events(
        {"event": "refused", "reason": "vin_not_logged_in", "vin": vehicle.vin}
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _, text = asked(as_operator, vehicle.vin, now)
    assert "网关没有接受此时前后的报文" in text
    assert "vin_not_logged_in" in text


def test_two_contents_of_one_moment_are_told_apart(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link()
    uploads.put(vehicle)
    uploads.prove(vehicle, NOON)
    uploads.prove(
        vehicle, NOON, unit_hash=99, outcome=REFUSED, flag=2
    )  # its row is still on its way
    _, text = asked(as_operator, vehicle.vin)
    assert "第 1 项内容，共 2 项" in text
    assert "没有数据行：尚未入库" in text


def test_a_moment_ahead_and_questions_that_are_none_are_answered(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    assert "该时刻还没有到来" in asked(as_operator, vehicle.vin, "2090-01-01T00:00:00")[1]
    assert asked(as_operator, "", "")[0] == 200
    for vin, at in (
        (vehicle.vin, "noon"),
        (vehicle.vin, ""),
        ("LXX", AT),
        (vehicle.vin, "0001-01-01T00:00:00"),
    ):
        assert asked(as_operator, vin, at)[0] == 422
    uploads.around.is_away = True
    assert asked(as_operator, vehicle.vin)[0] == 503


def test_another_makers_vehicle_is_as_unknown_as_none(
    as_operator: Client, other_vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.put(other_vehicle)
    code, text = asked(as_operator, other_vehicle.vin)
    assert (code, "没有这辆车" in text) == (422, True)
