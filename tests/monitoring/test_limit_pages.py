"""The pages of rules and limits: who sees them, who writes, and what is said where something is wrong."""

from __future__ import annotations

import html
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.monitoring.conftest import Surroundings
from tests.monitoring.limit_drafts import SPREAD, STEP, approved, begun, drafted

from voltward.fleet.models import BatteryType, Vehicle, VehicleModel
from voltward.fleet.services.boundaries import boundary_propose
from voltward.monitoring.models import Alarm, Episode, LimitRevision, LimitTrial
from voltward.monitoring.services import limits
from voltward.monitoring.services.limit_trials import limit_trial_ask, limit_trials_run
from voltward.records import selectors as record_selectors
from voltward.records import services as record_services
from voltward.records.approvals import approval_accept
from voltward.records.models import Approval, AuditRow, Maker, Person

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def client_of(maker: Maker, role: str) -> Client:
    client = Client()
    client.force_login(
        record_services.person_create(
            record_selectors.installation(),
            login=role,
            display_name=role,
            maker=maker,
            roles=[role],
        )
    )
    return client


def test_the_catalogue_names_every_rule_with_its_figures_and_own_limits(
    as_operator: Client, operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    begun(approved(operator, safety_head, {SPREAD: 310.0}))
    now = timezone.now()
    common = {"maker": vehicle.maker, "vehicle": vehicle, "rule": "cell.spread", "level": 1}
    Episode.objects.create(**common, reported_level=0, opened_at=now, received_at=now, last_at=now)
    Alarm.objects.create(
        **common, opened_at=now, received_at=now, last_at=now, state="closed", verdict="false",
        closed_at=now,
    )  # fmt: skip
    page = text(as_operator.get("/rules/"))
    assert 'href="/rules/thermal.runaway/"' in page
    assert "hazard.c1" in page
    assert "1 / 1" in page
    of_rule = text(as_operator.get("/rules/cell.spread/"))
    assert "310\u2009mV" in of_rule
    assert "全企业 r1" in of_rule
    assert "level_11" in text(as_operator.get("/rules/fault.11/"))
    assert as_operator.get("/rules/no.such/").status_code == 404


def test_who_may_not_read_telemetry_sees_no_limits(maker: Maker, operator: Person) -> None:
    row = drafted(operator, {STEP: 25.0})
    outlet = client_of(maker, "outlet")
    for address in ("/rules/", "/limits/", f"/limits/{row.limit_set_id}/",
                    f"/limits/revisions/{row.pk}/", f"/limits/revisions/{row.pk}/yaml/",
                    "/fault-codes/"):  # fmt: skip
        assert outlet.get(address).status_code == 403, address


def test_a_reader_sees_a_draft_but_no_way_to_change_it(maker: Maker, operator: Person) -> None:
    row = drafted(operator, {STEP: 25.0})
    reader = client_of(maker, "incident_desk")
    page = text(reader.get(f"/limits/revisions/{row.pk}/"))
    assert "25\u2009℃" in page
    for part in ("提交审批", "修改限值", "作废草稿", "试算"):
        assert part not in page
    for address in ("edit/cells/", "matrices/", "profile/", "back/"):
        assert reader.get(f"/limits/revisions/{row.pk}/{address}").status_code == 403
    for address in ("propose/", "drop/", "file/", "try/"):
        assert reader.post(f"/limits/revisions/{row.pk}/{address}").status_code == 403
    assert reader.post("/limits/draft/", {"scope": "maker:"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "draft"


def test_a_draft_is_begun_written_proposed_and_approved_on_pages(
    as_operator: Client, as_safety_head: Client, operator: Person
) -> None:
    assert "还没有自定限值" in text(as_operator.get("/limits/"))
    as_operator.post("/limits/draft/", {"scope": "maker:"})
    row = LimitRevision.objects.get()
    again = as_operator.post("/limits/draft/", {"scope": "maker:"}, follow=True)
    assert "已有草稿" in text(again)
    edit = f"/limits/revisions/{row.pk}/edit/cells/"
    assert "300\u2009mV" in text(as_operator.get(edit))  # the default stands beside it
    given = {f"value:{SPREAD}": "310", f"source:{SPREAD}": "报告 7", f"confidence:{SPREAD}": "B"}
    assert as_operator.post(edit, given).status_code == 302
    row.refresh_from_db()
    assert row.values[SPREAD]["value"] == 310.0
    page = as_operator.post(f"/limits/revisions/{row.pk}/propose/", {"note": "标定"}, follow=True)
    assert "已提交" in text(page)
    asked = Approval.objects.get()
    shown = text(as_safety_head.get(f"/approvals/{asked.pk}/"))
    assert "— → 310\u2009mV · 报告 7" in shown
    as_safety_head.post(f"/approvals/{asked.pk}/", {"step": "accept", "note": ""})
    assert "待生效" in text(as_operator.get(f"/limits/{row.limit_set_id}/"))
    begun(LimitRevision.objects.get())
    assert "生效中" in text(as_operator.get(f"/limits/{row.limit_set_id}/"))
    assert "第 1 版" in text(as_operator.get("/limits/"))


@pytest.mark.parametrize(
    ("value", "source", "said"),
    [("99999", "报告", "超出允许范围"), ("viel", "报告", "应填写数值"), ("310", "", "请写明来源")],
)
def test_a_wrong_value_is_said_in_its_row_with_what_was_typed(
    as_operator: Client, operator: Person, value: str, source: str, said: str
) -> None:
    row = drafted(operator, {SPREAD: 320.0})
    given = {f"value:{SPREAD}": value, f"source:{SPREAD}": source, f"confidence:{SPREAD}": "B"}
    answer = as_operator.post(f"/limits/revisions/{row.pk}/edit/cells/", given)
    assert answer.status_code == 422
    assert said in text(answer)
    assert f'value="{value}"' in text(answer) or f'value="{float(value)}"' in text(answer)
    row.refresh_from_db()
    assert row.values[SPREAD]["value"] == 320.0


def test_an_emptied_row_gives_the_key_back(as_operator: Client, operator: Person) -> None:
    row = drafted(operator, {SPREAD: 320.0, STEP: 25.0})
    as_operator.post(f"/limits/revisions/{row.pk}/edit/cells/", {f"value:{SPREAD}": ""})
    row.refresh_from_db()
    assert set(row.values) == {STEP}


def test_the_risk_matrix_is_written_with_one_source_and_its_advice_is_shown(
    as_operator: Client, operator: Person, safety_head: Person, maker: Maker
) -> None:
    kind = BatteryType.objects.create(maker=maker, name="B1", chemistry="01")
    boundary = boundary_propose(
        safety_head, battery_type_id=kind.pk, valid_from=date(2026, 1, 1),
        limits={"highest_temperature_c": 55.0}, source="试验", confidence="measured",
    )  # fmt: skip
    boundary.state, boundary.approved_by = "approved", operator
    boundary.save()
    row = limits.limit_draft(operator, scope="battery_type", subject=str(kind.pk))
    address = f"/limits/revisions/{row.pk}/matrices/"
    page = text(as_operator.get(address))
    assert "55\u2009℃" in page
    assert "超出该电池类型的安全使用边界" in page  # the printed 65 degrees of LFP
    given = {
        "value:hazard.c1.v_1": "54", "value:hazard.c1.t_1": "600", "value:hazard.c1.c_1": "0",
        "value:hazard.c1.v_2": "-", "source:hazard.c1": "标定 9", "confidence:hazard.c1": "B",
    }  # fmt: skip
    page = text(as_operator.post(address, given, follow=True))
    assert "允许次数至少为 1" in page
    row.refresh_from_db()
    assert row.values["hazard.c1.v_1"]["value"] == 54.0
    assert row.values["hazard.c1.v_2"] == {
        "value": None, "unit": "℃", "reason": "", "source": "标定 9", "confidence": "B",
    }  # fmt: skip
    wrong = as_operator.post(address, {**given, "value:hazard.c1.c_1": "1.5"})
    assert wrong.status_code == 422
    assert "不是整数" in text(wrong)


def test_a_profile_is_chosen_for_a_vehicle_model_only_and_never_by_default(
    as_operator: Client, operator: Person, maker: Maker
) -> None:
    model = VehicleModel.objects.create(maker=maker, name="M1")
    row = limits.limit_draft(operator, scope="vehicle_model", subject=str(model.pk))
    address = f"/limits/revisions/{row.pk}/profile/"
    page = text(as_operator.get(address))
    assert "checked" not in page
    assert as_operator.post(address, {"profile": "none"}).status_code == 422
    assert as_operator.post(address, {"profile": "maker"}).status_code == 422
    as_operator.post(address, {"profile": "44500"})
    row.refresh_from_db()
    assert row.profile == "44500"
    assert row.values["hazard.c6.threshold_c"]["value"] == 175.0
    assert row.values["hazard.c6.chosen"]["value"] == 1.0
    own = {f"value:hazard.c{number}": "100" for number in (6, 7, 8)}
    as_operator.post(address, {"profile": "maker", "source": "部件书", **own})
    row.refresh_from_db()
    assert row.values["hazard.c8.threshold_c"]["value"] == 100.0
    wide = limits.limit_draft(operator, scope="maker")
    assert as_operator.get(f"/limits/revisions/{wide.pk}/profile/").status_code == 404
    chosen = {"value:hazard.c6.chosen": "1", "source:hazard.c6.chosen": "x",
              "confidence:hazard.c6.chosen": "M"}  # fmt: skip
    answer = as_operator.post(f"/limits/revisions/{wide.pk}/edit/hazard.c6/", chosen)
    assert "只能按车型选定" in text(answer)


def test_a_file_goes_out_and_comes_back_and_what_is_wrong_is_said_with_its_line(
    as_operator: Client, operator: Person
) -> None:
    row = drafted(operator, {SPREAD: 320.0, STEP: 25.0})
    answer = as_operator.get(f"/limits/revisions/{row.pk}/yaml/")
    taken = AuditRow.objects.get(action="limit.export")
    assert (taken.result, taken.subject) == ("read", f"LimitRevision:{row.pk}")
    before = row.values
    limits.limit_write(operator, revision_id=row.pk, values={STEP: None, SPREAD: None})
    address = f"/limits/revisions/{row.pk}/file/"
    as_operator.post(address, {"file": SimpleUploadedFile("l.yaml", answer.content)})
    row.refresh_from_db()
    assert row.values == before
    bad = answer.content.replace(b"mV", b"V", 1)
    refused = as_operator.post(address, {"file": SimpleUploadedFile("l.yaml", bad)})
    assert refused.status_code == 422
    assert "第 7 行 cells.spread_2_mv：单位是 V，应为 mV。" in text(refused)
    for wrong in (b"\xff\xfe", b""):
        file = SimpleUploadedFile("l.yaml", wrong)
        assert as_operator.post(address, {"file": file}).status_code == 422
    row.refresh_from_db()
    assert row.values == before


def test_revisions_are_compared_and_rolled_back_on_pages(
    as_operator: Client, operator: Person, safety_head: Person
) -> None:
    first = begun(approved(operator, safety_head, {STEP: 25.0}), timedelta(hours=2))
    second = begun(approved(operator, safety_head, {STEP: 40.0, SPREAD: 310.0}))
    page = text(as_operator.get(f"/limits/revisions/{first.pk}/against/{second.pk}/"))
    assert "25\u2009℃" in page
    assert "310\u2009mV" in page
    address = f"/limits/revisions/{first.pk}/back/"
    assert f'href="{address}"' in text(as_operator.get(f"/limits/{first.limit_set_id}/"))
    assert as_operator.post(address, {"note": ""}).status_code == 422
    as_operator.post(address, {"note": "误报"})
    asked = Approval.objects.order_by("pk").last()
    assert asked is not None
    approval_accept(safety_head, approval_id=asked.pk)
    begun(LimitRevision.objects.get(approval=asked), timedelta(minutes=1))
    assert "已回退" in text(as_operator.get(f"/limits/{first.limit_set_id}/"))
    assert (
        as_operator.post(f"/limits/revisions/{second.pk + 1}/back/", {"note": "x"}).status_code
        == 422
    )


def test_another_makers_pages_are_not_there(as_operator: Client, other_operator: Person) -> None:
    row = drafted(other_operator, {STEP: 25.0})
    trial = limit_trial_ask(
        other_operator, revision_id=row.pk, begins_at=timezone.now() - timedelta(days=1),
        ends_at=timezone.now(),
    )  # fmt: skip
    for address in (f"/limits/{row.limit_set_id}/", f"/limits/revisions/{row.pk}/",
                    f"/limits/revisions/{row.pk}/yaml/", f"/limits/revisions/{row.pk}/edit/cells/",
                    f"/limits/revisions/{row.pk}/matrices/", f"/limits/trials/{trial.pk}/",
                    f"/limits/trials/{trial.pk}/progress/", f"/limits/revisions/{row.pk}/back/",
                    f"/limits/revisions/{row.pk}/against/{row.pk}/"):  # fmt: skip
        assert as_operator.get(address).status_code == 404, address


def test_a_trial_shows_how_far_it_is_and_then_what_it_found(
    as_operator: Client, around: Surroundings, operator: Person, vehicle: Vehicle
) -> None:
    row = drafted(operator, {SPREAD: 200.0})
    wrong = as_operator.post(
        f"/limits/revisions/{row.pk}/try/", {"days": "9", "most_vehicles": "1"}
    )
    assert wrong.status_code == 302
    assert not LimitTrial.objects.exists()
    page = as_operator.post(
        f"/limits/revisions/{row.pk}/try/", {"days": "7", "most_vehicles": "10"}, follow=True
    )
    assert "正在排队" in text(page)
    trial = LimitTrial.objects.get()
    LimitTrial.objects.update(state="running", vehicles_total=4, vehicles_done=1)
    part = text(as_operator.get(f"/limits/trials/{trial.pk}/progress/"))
    assert 'max="4" value="1"' in part
    assert limit_trials_run() == 1
    assert "查看结果" in text(as_operator.get(f"/limits/trials/{trial.pk}/progress/"))
    assert "都没有结果" in text(as_operator.get(f"/limits/trials/{trial.pk}/"))
    assert vehicle.pk
    assert f'href="/limits/trials/{trial.pk}/"' in text(
        as_operator.get(f"/limits/revisions/{row.pk}/")
    )


def test_a_finished_trial_names_rules_days_and_vehicles(
    as_operator: Client, operator: Person, vehicle: Vehicle
) -> None:
    row = drafted(operator, {SPREAD: 200.0})
    side = {"episodes": 2, "vehicles": 1, "levels": {"1": 2}}
    LimitTrial.objects.create(
        maker=vehicle.maker, revision=row, begins_at=timezone.now() - timedelta(days=1),
        ends_at=timezone.now(), state="done", asked_by=operator, vehicles_total=1, vehicles_done=1,
        result={
            "rules": {"cell.spread": {"now": side, "tried": {**side, "episodes": 5}}},
            "days": {"2026-03-15": {"now": 2, "tried": 5}}, "vehicles": [[vehicle.pk, 2, 5]],
            "vehicle_counts": {"now": 1, "tried": 1}, "failed": ["cells"], "in_scope": 9, "tried": 1,
        },
    )  # fmt: skip
    page = text(as_operator.get(f"/limits/trials/{LimitTrial.objects.get().pk}/"))
    for part in ("+3", "2026-03-15", vehicle.vin, "1 / 9", "结果不完整"):
        assert part in page
