"""平台对接 as people use it: an empty list that says what to do, a draft through forms, a link as it stands."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.exchange.platforms_made import PASSWORD, SETTINGS, approved, drafted, said

from voltward.exchange.link_status import LinkStatus
from voltward.exchange.models import PlatformRevision, PlatformSample, PublicPlatform
from voltward.exchange.services.platform_secrets import password_of
from voltward.fleet.models import Vehicle
from voltward.records.approvals import approval_accept
from voltward.records.models import Approval, Person

pytestmark = pytest.mark.django_db
FORM = {
    **SETTINGS, "name": "city", "title": "上海平台", "kind": "local", "password": PASSWORD,
    "all_vehicles": "on", "waits": "on", "reports": "on", "window": 500, "per_s": 0,
    "reissue_per_s": 0, "live_s": 60, "retry_s": 60,
}  # fmt: skip


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_an_empty_list_says_what_to_do_next(as_safety_head: Client) -> None:
    page = text(as_safety_head, "/exchange/links/")
    assert "还没有对接公共平台" in page
    assert "添加平台" in page


def test_a_platform_goes_through_forms_from_draft_to_approval(
    as_safety_head: Client, safety_head: Person, officer: Person, vehicle: Vehicle
) -> None:
    made = as_safety_head.post("/exchange/new-link/", FORM)
    assert made.headers["Location"] == "/exchange/links/city/1/"
    row = PlatformRevision.objects.get()
    assert (row.window, row.tls, password_of(row)) == (500, False, PASSWORD)
    base = "/exchange/links/city/1/"
    edited = {**FORM, "password": "", "port": 7777, "all_vehicles": ""}
    assert as_safety_head.post(f"{base}edit/", edited).status_code == 302
    chosen = {"vins": vehicle.vin.lower(), "usages": ["taxi"], "regions": "31，1101"}
    assert as_safety_head.post(f"{base}vehicles/", chosen).status_code == 302
    item = {
        "information_type": 5, "usage_class": "private", "source": "DB31", "confidence": "B",
        "effective_from": "2026-01-01",
    }  # fmt: skip
    assert as_safety_head.post(f"{base}items/", item).status_code == 302
    page = text(as_safety_head, base)
    assert "7777" in page
    assert "05 车辆位置数据" in page
    assert PASSWORD not in page
    asked = as_safety_head.post(f"{base}propose/", {"note": "首次对接"})
    approval = Approval.objects.get()
    assert asked.headers["Location"] == f"/approvals/{approval.pk}/"
    approval_accept(officer, approval_id=approval.pk)
    row.refresh_from_db()
    assert (row.port, password_of(row), row.choices.count()) == (7777, PASSWORD, 4)
    assert PublicPlatform.objects.get().state == "approved"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": "City"}, "name"), ({"user": "名"}, "user"), ({"ca_pem": "x"}, "ca_pem"),
     ({"port": "99999"}, "port"), ({"window": "0"}, "window")],
)  # fmt: skip
def test_a_form_says_which_field_is_wrong_and_writes_nothing(
    as_safety_head: Client, wrong: dict[str, str], field: str
) -> None:
    answer = as_safety_head.post("/exchange/new-link/", {**FORM, **wrong})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not PublicPlatform.objects.exists()


def test_the_page_of_a_link_tells_how_it_stands(
    as_operator: Client, safety_head: Person, officer: Person, uplink: dict[str, LinkStatus]
) -> None:
    platform = approved(safety_head, officer).platform
    assert "上传进程未运行" in text(as_operator, "/exchange/links/national/")
    now_s = time.time()
    uplink["national"] = said(
        now_s, state="waiting", reason="login refused", until=now_s + 50, error="flag 02",
        error_at=now_s, lag_s=3.2, due=1200, due_oldest_s=now_s - 7300, held=2, warned="1h",
    )  # fmt: skip
    PlatformSample.objects.create(
        maker=platform.maker, platform=platform, at=timezone.now() - timedelta(minutes=5),
        state="up", lag_s=0.4, due=1800, sent_per_s=10.0, refused=0,
    )  # fmt: skip
    page = text(as_operator, "/exchange/links/national/live/")
    for part in ("等待重试", "login refused", "flag 02", "1,200", "2 小时 1 分钟", "10 分钟"):
        assert part in page, part
    whole = text(as_operator, "/exchange/links/national/")
    assert PASSWORD not in whole
    assert "pause/" not in whole  # an operator reads


@pytest.mark.parametrize(
    ("per_s", "change", "drained_in"),
    [(3.0, "+3.0", "没有在减少"), (-20.0, "-20.0", "1 分钟"), (0.0, "—", "10 分钟")],
)
def test_how_fast_a_backlog_grows_or_shrinks_says_how_long_it_takes(
    as_operator: Client, safety_head: Person, officer: Person, uplink: dict[str, LinkStatus],
    per_s: float, change: str, drained_in: str,
) -> None:  # fmt: skip
    platform = approved(safety_head, officer).platform
    now_s, before = time.time(), 1800 if not per_s else 1000
    uplink["national"] = said(now_s, due=1200, due_oldest_s=now_s - 400, due_per_s=per_s)
    PlatformSample.objects.create(
        maker=platform.maker, platform=platform, at=timezone.now() - timedelta(minutes=5),
        state="up", lag_s=0.4, due=before, sent_per_s=10.0, refused=0,
    )  # fmt: skip
    page = text(as_operator, "/exchange/links/national/live/")
    assert f">{change}<small>帧/秒" in page
    assert drained_in in page


def test_the_curves_keep_a_gap_where_samples_are_missing(
    as_operator: Client, safety_head: Person, officer: Person
) -> None:
    platform = approved(safety_head, officer).platform
    now = timezone.now()
    for ago in (60, 59, 3, 2):
        PlatformSample.objects.create(
            maker=platform.maker, platform=platform, at=now - timedelta(minutes=ago),
            state="up", lag_s=0.4, due=ago, sent_per_s=10.0, refused=100 - ago,
        )  # fmt: skip
    found = as_operator.get("/exchange/links/national/curves/").json()
    due = next(one for one in found["panels"] if one["title"] == "待补发")
    assert [value for _at, value in due["series"][0]["points"]] == [60, 59, None, 3, 2]
    refused = found["panels"][3]["series"][0]["points"]
    assert [value for _at, value in refused] == [0, 1, None, 56, 1]


def test_pausing_asks_for_a_reason_and_is_for_whoever_manages_links(
    as_safety_head: Client, as_operator: Client, safety_head: Person, officer: Person
) -> None:
    approved(safety_head, officer)
    address = "/exchange/links/national/pause/"
    assert as_operator.post(address, {"reason": "x"}).status_code == 403
    as_safety_head.post(address, {"reason": ""})
    assert not PublicPlatform.objects.get().is_paused
    as_safety_head.post(address, {"reason": "对方维护"})
    assert PublicPlatform.objects.get().is_paused
    page = text(as_safety_head, "/exchange/links/national/")
    assert "对方维护" in page
    assert "resume/" in page


def test_another_makers_link_is_not_found_on_any_page(
    as_safety_head: Client, stranger: Person
) -> None:
    drafted(stranger)
    base = "/exchange/links/national/"
    for path in (base, f"{base}live/", f"{base}curves/", f"{base}1/", f"{base}1/edit/"):
        assert as_safety_head.get(path).status_code == 404, path
    assert as_safety_head.post(f"{base}1/propose/", {"note": "x"}).status_code == 404
