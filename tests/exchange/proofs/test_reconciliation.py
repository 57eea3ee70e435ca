"""上传对账: figures that add up, every number leading to its rows, nothing for strangers."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from tests.exchange.platforms_made import approved, person
from tests.exchange.proofs.conftest import DAY, Uploads
from tests.monitoring.car import NOON

from voltward.fleet.models import Vehicle
from voltward.records.models import AuditRow, ExportRule, Maker, Person
from voltward.uplink.proof import EXPIRED, REFUSED

pytestmark = pytest.mark.django_db
OVERVIEW = f"/exchange/reconciliation/?until={DAY}"
DAY_PAGE = f"/exchange/reconciliation/national/{DAY}/"


def page(client: Client, address: str) -> tuple[int, str]:
    answer = client.get(address)
    return answer.status_code, unescape(answer.content.decode())


def filled(uploads: Uploads, vehicle: Vehicle) -> None:
    """Five received: two accepted, one refused, one expired, one open."""
    uploads.link()
    uploads.put(vehicle, 5)
    outcomes = (
        {},
        {},
        {"outcome": REFUSED, "flag": 3},
        {"outcome": EXPIRED, "flag": 0, "tries": 0},
    )
    for k, more in enumerate(outcomes):
        uploads.prove(vehicle, NOON + timedelta(seconds=10 * k), **more)


def test_a_day_of_the_strip_shows_the_accepted_share_and_leads_to_its_vehicles(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    filled(uploads, vehicle)
    code, text = page(as_operator, OVERVIEW)
    assert code == 200
    assert "期间应上传 5 帧，已接受 2，未完成 1" in text
    assert re.search(
        rf'href="{DAY_PAGE}" class="vw-day-few"[^>]*><span>03-15</span><b>40</b>', text
    )
    assert f"{DAY_PAGE}?having=refused" in text
    assert f"{DAY_PAGE}?having=unanswered" not in text  # no number, no way


def test_links_are_called_by_the_titles_people_gave_them(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads, safety_head: Person, maker: Maker
) -> None:
    filled(uploads, vehicle)
    uploads.link("local", 1)  # of another maker's platform nobody here knows more than its name
    approved(safety_head, person(maker, "officer", "cyber_officer"))
    text = page(as_operator, OVERVIEW)[1]
    assert "<h2>平台 national <" in text
    assert "<h2>local <" in text
    for address in (DAY_PAGE, f"/vehicles/{vehicle.vin}/upload/?until={DAY}"):
        assert "平台 national" in page(as_operator, address)[1], address


def test_without_links_the_page_says_what_comes_next(as_operator: Client, uploads: Uploads) -> None:
    code, text = page(as_operator, OVERVIEW)
    assert (code, "还没有公共平台链路" in text) == (200, True)


def test_a_day_names_flags_in_the_platforms_words_and_vehicles_worst_first(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    filled(uploads, vehicle)
    code, text = page(as_operator, DAY_PAGE)
    assert code == 200
    assert "0x03 VIN重复" in text
    frames = f"/vehicles/{vehicle.vin}/upload/frames/?link=national&day={DAY}"
    for outcome, count in (("accepted", 2), ("refused", 1), ("expired", 1), ("open", 1)):
        assert f'<a href="{frames}&outcome={outcome}">{count}</a>' in text
    assert f'<a href="{frames}">5</a>' in text


def test_vehicles_are_narrowed_by_outcome_and_by_vin(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    filled(uploads, vehicle)
    assert vehicle.vin in page(as_operator, f"{DAY_PAGE}?having=refused")[1]
    assert vehicle.vin not in page(as_operator, f"{DAY_PAGE}?having=unanswered")[1]
    assert vehicle.vin in page(as_operator, f"{DAY_PAGE}?vin={vehicle.vin[:8]}")[1]
    code, text = page(as_operator, f"{DAY_PAGE}?vin=LXXX")
    assert (code, "没有符合筛选条件的车辆" in text) == (200, True)


@pytest.mark.parametrize(
    "address",
    [
        "/exchange/reconciliation/unknown/2026-03-15/",
        "/exchange/reconciliation/national/2026-02-30/",
        "/exchange/reconciliation/national/today/",
        "/exchange/reconciliation/national/1969-12-31/",
    ],
)
def test_what_is_no_link_or_no_day_is_not_found(
    as_operator: Client, uploads: Uploads, address: str
) -> None:
    uploads.link()
    assert page(as_operator, address)[0] == 404


def test_the_file_holds_what_the_page_lists_and_leaves_an_audit_row(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    filled(uploads, vehicle)
    answer = as_operator.get(f"{DAY_PAGE}?export=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["VIN", "应上传", "已发送", "已接受"]
    assert rows[1:] == [[vehicle.vin, "5", "3", "2", "1", "0", "0", "0", "1", "0", "1", "40"]]
    row = AuditRow.objects.filter(action="reconciliation.export").get()
    assert (row.subject, row.after["rows"]) == (f"national {DAY}", 1)
    assert as_operator.get(f"{DAY_PAGE}?export=xlsx").content[:2] == b"PK"


def test_a_file_of_more_rows_than_the_rule_allows_does_not_leave(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    filled(uploads, vehicle)
    ExportRule.objects.update(rows=4)
    frames = f"/vehicles/{vehicle.vin}/upload/frames/?link=national&day={DAY}"
    answer = as_operator.get(f"{frames}&export=csv")
    assert (answer.status_code, "单次导出最多 4 行" in answer.content.decode()) == (422, True)
    assert not AuditRow.objects.filter(action="upload.export").exists()


def test_another_makers_vehicles_are_in_no_figure(
    as_operator: Client, vehicle: Vehicle, other_vehicle: Vehicle, uploads: Uploads
) -> None:
    filled(uploads, vehicle)
    uploads.put(other_vehicle, 3)
    uploads.prove(other_vehicle, NOON)
    _, text = page(as_operator, OVERVIEW)
    assert "期间应上传 5 帧，已接受 2，未完成 1" in text
    _, text = page(as_operator, DAY_PAGE)
    assert other_vehicle.vin not in text
    assert "不在车辆档案中" not in text


def test_a_link_of_chosen_vehicles_owes_only_theirs(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link(all_vehicles=False, number=3)
    uploads.put(vehicle, 2)
    assert "期间应上传 0 帧" in page(as_operator, OVERVIEW)[1]
    uploads.on_link[vehicle.vehicle_id] = 1 << 3
    assert "期间应上传 2 帧，已接受 0，未完成 2" in page(as_operator, OVERVIEW)[1]


def test_a_store_that_is_away_is_told_and_no_figure_invented(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    filled(uploads, vehicle)
    uploads.around.is_away = True
    for address in (OVERVIEW, DAY_PAGE, f"/vehicles/{vehicle.vin}/upload/"):
        code, text = page(as_operator, address)
        assert (code, "遥测存储暂不可用" in text, "期间应上传" in text) == (503, True, False)
        assert "vw-figure-value" not in text
        uploads.around.forget()


def test_what_hinders_the_proofs_on_their_way_is_told(
    as_operator: Client, uploads: Uploads
) -> None:
    uploads.link()
    uploads.proving = {"fault": "StoreUnwell: refused", "lag_s": 12.0}
    assert "上传结果入库受阻，落后 12 秒" in page(as_operator, OVERVIEW)[1]


def test_the_vehicles_tab_leads_from_days_to_frames_and_on(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    filled(uploads, vehicle)
    _, text = page(as_operator, f"/vehicles/{vehicle.vin}/upload/?until={DAY}")
    frames = f"/vehicles/{vehicle.vin}/upload/frames/?link=national&day={DAY}&outcome=refused"
    assert f'<a href="{frames}">1</a>' in text
    code, text = page(as_operator, frames)
    assert (code, "1 帧，新的在前" in text, "0x03 VIN重复" in text) == (200, True, True)
    at = "2026-03-15T12%3A00%3A20"
    assert f"/exchange/missing-frame/?vin={vehicle.vin}&at={at}" in text
    answer = as_operator.get(f"{frames}&export=csv")
    assert answer.content.decode("utf-8-sig").count("\n") == 2
    assert AuditRow.objects.filter(action="upload.export").count() == 1


def test_a_vehicle_on_no_link_says_so(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link(all_vehicles=False)
    _, text = page(as_operator, f"/vehicles/{vehicle.vin}/upload/?until={DAY}")
    assert "该车不在任何公共平台链路上" in text


def test_frames_ask_for_a_link_a_day_and_an_outcome_that_exist(
    as_operator: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link()
    frames = f"/vehicles/{vehicle.vin}/upload/frames/"
    for query in ("", "?link=national", f"?day={DAY}", f"?link=national&day={DAY}&outcome=lost"):
        assert page(as_operator, f"{frames}{query}")[0] == 404
    assert page(as_operator, f"{frames}?link=national&day={DAY}")[0] == 200


def test_who_may_not_read_uploads_sees_none_of_the_pages(
    as_system_admin: Client, as_nobody: Client, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link()
    addresses = (
        OVERVIEW, DAY_PAGE, f"/vehicles/{vehicle.vin}/upload/", "/exchange/missing-frame/",
        f"/vehicles/{vehicle.vin}/upload/frames/?link=national&day={DAY}",
    )  # fmt: skip
    for address in addresses:
        assert as_system_admin.get(address).status_code == 403
        assert as_nobody.get(address).status_code == 302


def test_another_makers_vehicle_is_not_found(
    as_operator: Client, other_vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link()
    for path in ("upload/", f"upload/frames/?link=national&day={DAY}"):
        assert as_operator.get(f"/vehicles/{other_vehicle.vin}/{path}").status_code == 404
