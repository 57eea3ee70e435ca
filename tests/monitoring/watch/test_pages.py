"""The pages of the watch queues: what they show, to whom, and what their forms do."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.monitoring.conftest import Surroundings
from tests.monitoring.watch.conftest import NOW, frame

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import WatchCase, WatchCaseVehicle
from voltward.monitoring.watch_room import tasks_count, tasks_mine, tasks_wider, waiting_count
from voltward.pages.room import REGISTRY
from voltward.records import days, services
from voltward.records.models import Approval, AuditRow, Clock, Maker, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db
NUMBERS = {"offline_d": 70.25, "limit_d": 60.0, "last_at": NOW.isoformat()}
LIMITS = {
    "offline.other_d": {
        "value": 60.0, "unit": "天", "source": "GB/T 45688-2025 附录 C", "confidence": "A",
        "revision": "offline.other_d 2.1",
    }
}  # fmt: skip


@pytest.fixture
def case(vehicle: Vehicle, around: Surroundings) -> WatchCase:
    around.put(frame(vehicle.vin, NOW - timedelta(days=70), place=(31.234567, 121.456789)))
    return WatchCase.objects.create(
        maker=vehicle.maker, vehicle=vehicle, queue="long_offline", measure=70.25, now=NUMBERS,
        model_name=vehicle.model_name, why={"numbers": NUMBERS, "limits": LIMITS},
    )  # fmt: skip


@pytest.fixture
def group(vehicle: Vehicle, around: Surroundings) -> WatchCase:
    del around  # a store that has nothing
    case = WatchCase.objects.create(
        maker=vehicle.maker, queue="dense_parking", measure=2, vehicles_number=2
    )
    WatchCaseVehicle.objects.create(
        maker=case.maker, case=case, vehicle=vehicle, parked_since=NOW, soc_pct=91, collected_at=NOW,
        east_m=-120.5, north_m=80, neighbours=2, is_target=True,
    )  # fmt: skip
    return case


@pytest.fixture
def client_of(maker: Maker) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        made = Client()
        made.force_login(
            services.person_create(
                installation(), login=f"c-{role}", display_name=role, maker=maker, roles=[role]
            )
        )
        return made

    return make


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("role", "sees", "handles", "closes"),
    [
        ("monitoring_operator", True, True, True), ("safety_head", True, True, True),
        ("aftersales", True, True, False), ("auditor", True, False, False),
        ("regulator", True, False, False), ("production", False, False, False),
    ],
)  # fmt: skip
def test_each_role_sees_and_may_do_what_its_grants_say(
    role: str, sees: bool, handles: bool, closes: bool, case: WatchCase,
    client_of: Callable[[str], Client],
) -> None:  # fmt: skip
    client = client_of(role)
    addresses = ["/watch/", "/watch/long-offline/", f"/watch/{case.pk}/", "/watch/limits/"]
    assert {client.get(one).status_code for one in addresses} == {200 if sees else 403}
    batch = client.get("/watch/long-offline/batch/").status_code
    assert batch == (200 if handles else 403)
    if sees:
        page = text(client, f"/watch/{case.pk}/")
        assert ('id="contact"' in page) is handles
        assert ('id="close"' in page) is closes


def test_another_makers_case_is_not_there(
    case: WatchCase, other_operator: Person, client_of: Callable[[str], Client]
) -> None:
    stranger = Client()
    stranger.force_login(other_operator)
    assert stranger.get(f"/watch/{case.pk}/").status_code == 404
    assert stranger.post(f"/watch/{case.pk}/", {"step": "note"}).status_code == 404
    assert case.vehicle
    assert case.vehicle.vin not in text(stranger, "/watch/long-offline/")
    assert REGISTRY.subject(other_operator, f"WatchCase:{case.pk}") is None


def test_the_case_shows_its_numbers_beside_the_limits_with_their_source(
    case: WatchCase, as_operator: Client
) -> None:
    page = text(as_operator, f"/watch/{case.pk}/")
    for part in ("70.25\u2009天", "GB/T 45688-2025 附录 C", "offline.other_d 2.1", "原文核对"):
        assert part in page


def test_the_place_is_coarse_until_a_reason_is_given_and_kept(
    case: WatchCase, as_operator: Client, client_of: Callable[[str], Client]
) -> None:
    assert "31.234567" not in text(as_operator, f"/watch/{case.pk}/")
    assert "约 1 km" in text(as_operator, f"/watch/{case.pk}/")
    answer = as_operator.post(f"/watch/{case.pk}/", {"step": "position", "why": "现场走访"})
    assert "31.234567" in answer.content.decode()
    told = AuditRow.objects.get(action="position.read", result="read")
    assert told.subject == f"Vehicle:{case.vehicle_id}"
    refused = client_of("aftersales").post(
        f"/watch/{case.pk}/", {"step": "position", "why": "现场走访"}
    )
    assert refused.status_code == 403
    assert AuditRow.objects.filter(action="position.read").count() == 2


def test_forms_contact_recheck_and_close(case: WatchCase, as_operator: Client) -> None:
    address = f"/watch/{case.pk}/"
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    given = {"step": "contact", "contact-at": at, "contact-reached": "owner"}
    assert as_operator.post(address, given).status_code == 422  # no outcome
    given["contact-outcome"] = "reached"
    assert as_operator.post(address, given).status_code == 302
    on = days.today() + timedelta(days=9)
    given = {"step": "recheck", "recheck-on": on.isoformat(), "recheck-reason": "车主返程"}
    assert as_operator.post(address, given).status_code == 302
    assert f'href="/clocks/{Clock.objects.get().pk}/"' in text(as_operator, address)
    given = {"step": "close", "close-verdict": "safe", "close-text": " "}
    assert as_operator.post(address, given).status_code == 422
    given["close-text"] = "车主提供照片"
    assert as_operator.post(address, given).status_code == 302
    page = text(as_operator, address)
    assert "确认安全" in page
    assert 'id="close"' not in page


def test_an_ended_condition_is_said_on_top(case: WatchCase, as_operator: Client) -> None:
    WatchCase.objects.filter(pk=case.pk).update(ended_at=NOW)
    assert "事项不会自行关闭" in text(as_operator, f"/watch/{case.pk}/")


def test_a_store_that_is_away_leaves_the_page_whole(
    case: WatchCase, as_operator: Client, around: Surroundings
) -> None:
    around.is_away = True
    around.forget()
    assert "位置稍后再看" in text(as_operator, f"/watch/{case.pk}/")


def test_a_group_is_drawn_with_its_vehicles_and_their_distances(
    group: WatchCase, as_operator: Client, vehicle: Vehicle
) -> None:
    page = text(as_operator, f"/watch/{group.pk}/")
    assert vehicle.vin in page
    assert "-120 / 80 m" in page or "-121 / 80 m" in page
    assert page.count("<circle") == 1
    given = {"step": "place", "place-contact": "物流园值班室"}
    assert as_operator.post(f"/watch/{group.pk}/", given).status_code == 302
    assert "物流园值班室" in text(as_operator, f"/watch/dense-parking/?vin={vehicle.vin[:8]}")


def test_ticked_cases_of_the_filtered_list_are_handled_together(
    case: WatchCase, as_operator: Client, operator: Person
) -> None:
    address = "/watch/long-offline/batch/?going=yes"
    assert case.vehicle
    assert case.vehicle.vin in text(as_operator, address)
    assert "没有待结论的事项" in text(as_operator, "/watch/long-offline/batch/?vin=LZZ")
    given = {"step": "assign", "assign-owner_id": str(operator.pk)}
    assert as_operator.post(address, given).status_code == 422  # none was ticked
    assert as_operator.post(address, {**given, "case": str(case.pk)}).status_code == 302
    case.refresh_from_db()
    assert case.owner == operator
    # what the filters leave out cannot be smuggled in
    other = as_operator.post("/watch/long-offline/batch/?vin=LZZ", {**given, "case": str(case.pk)})
    assert other.status_code == 422
    assert as_operator.get("/watch/no-queue/batch/").status_code == 404


def test_the_workbench_and_the_menu_count_what_waits(case: WatchCase, operator: Person) -> None:
    assert (waiting_count(operator), tasks_count(operator)) == (1, 0)
    assert [one.url for one in tasks_wider(operator, "all", 10)] == [f"/watch/{case.pk}/"]
    on = days.today() + timedelta(days=3)
    WatchCase.objects.filter(pk=case.pk).update(state="rechecking", owner=operator, recheck_on=on)
    assert (waiting_count(operator), tasks_count(operator)) == (0, 1)
    (task,) = tasks_mine(operator, 10)
    assert task.due_at is not None
    WatchCase.objects.filter(pk=case.pk).update(recheck_on=days.today() + timedelta(days=30))
    assert tasks_count(operator) == 0


def test_a_limit_is_proposed_on_its_page(client_of: Callable[[str], Client]) -> None:
    client = client_of("safety_head")
    given = {
        "value": "45", "source": "安全管理制度", "confidence": "M",
        "effective_from": days.today().isoformat(), "reason": "试运行",
    }  # fmt: skip
    address = "/watch/limits/offline.other_d/"
    assert "离线天数" in text(client, address)
    assert client.post(address, {**given, "value": "0"}).status_code == 422
    assert client.post(address, given).status_code == 302
    assert Approval.objects.get().kind == "watch.limit"
    assert client.get("/watch/limits/nothing/").status_code == 404
    assert client_of("monitoring_operator").get(address).status_code == 403


def test_attachments_can_be_added_to_a_case(case: WatchCase, operator: Person) -> None:
    from voltward.records.services.attachments import attachment_add

    added = attachment_add(
        operator, record_label=f"WatchCase:{case.pk}", name="photo.pdf", parts=[b"%PDF-1"],
        retention_class="recall",
    )  # fmt: skip
    assert added.pk
