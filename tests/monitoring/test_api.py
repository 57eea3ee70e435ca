"""The telemetry API: the shape of its answers, its refusals, what it leaves in the audit trail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from tests.monitoring.car import NOON, report
from tests.monitoring.conftest import Surroundings

from voltward.fleet.models import Vehicle
from voltward.monitoring.api.schemas import HISTORY, LATEST
from voltward.monitoring.api.shapes import FIELDS
from voltward.records.models import AuditRow, Person

pytestmark = pytest.mark.django_db


def ask(token: str, path: str, **query: Any) -> Any:
    answer = Client().get(
        f"/api/vehicles/{path}", query, headers={"authorization": f"Bearer {token}"}
    )
    return answer.status_code, answer.json()


def latest(token: str, vehicle: Vehicle, **query: Any) -> Any:
    return ask(token, f"{vehicle.vin}/latest/", **query)


def history(token: str, vehicle: Vehicle, **query: Any) -> Any:
    return ask(token, f"{vehicle.vin}/history/", **query)


def test_latest_is_one_flat_object_with_the_columns_names(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin), report(vehicle.vin, NOON - timedelta(minutes=1), soc_pct=10))
    code, body = latest(api_token, vehicle)
    assert code == 200
    assert list(body) == [
        "vin", "collected_at", "received_at", "edition", "command", *FIELDS, "missing",
    ]  # fmt: skip
    expected = {
        "vin": vehicle.vin, "collected_at": "2026-03-15T12:00:00+08:00", "edition": 2016,
        "received_at": "2026-03-15T12:00:00.400000+08:00", "command": 2,
        "vehicle_state": "started", "charging": "not_charging", "drive_mode": "electric",
        "speed_kmh": 56.2, "odometer_km": 12345.6, "total_voltage_v": 350.1,
        "total_current_a": -12.3, "soc_pct": 78.0, "dcdc": "on", "gear": "D",
        "insulation_kohm": 1000.0, "accelerator_pct": 20.0, "brake_pct": 0.0,
        "longitude_deg": 116.4, "latitude_deg": 39.92, "position_status": 0,
        "highest_voltage_v": 3.704, "lowest_voltage_v": 3.701, "highest_temp_c": 26.0,
        "alarm_level": 0, "alarm_flags": 0, "pack_number": [1], "pack_voltage_v": [350.1],
        "cell_voltages_mv": [3701, 3702, 3703, 3704], "probe_temps_c": [25, 26],
        "storage_fault_codes": [], "engine_state": None, "motor_count": None, "missing": {},
    }  # fmt: skip
    assert {name: body[name] for name in expected} == expected


def test_what_was_sent_as_a_code_is_null_with_its_reason(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(
        report(
            vehicle.vin, dcdc=None, charging="abnormal", soc_pct=None, level=None,
            cells=(3.701, None, "abnormal", 3.704), probes=(25, None), extremes=False,
        )
    )  # fmt: skip
    _, body = latest(api_token, vehicle)
    names = ("dcdc", "charging", "soc_pct", "alarm_level")
    assert {name: body[name] for name in names} == dict.fromkeys(names)
    assert body["cell_voltages_mv"] == [3701, None, None, 3704]
    assert body["probe_temps_c"] == [25, None]
    assert body["missing"] == {
        "dcdc": "invalid", "charging": "abnormal", "soc_pct": "invalid", "alarm_level": "invalid",
        "cell_voltages_mv[1]": "invalid", "cell_voltages_mv[2]": "abnormal",
        "probe_temps_c[1]": "invalid",
    }  # fmt: skip


def test_a_newer_frame_is_seen_although_states_are_shared(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, soc_pct=50))
    assert latest(api_token, vehicle)[1]["soc_pct"] == 50
    around.put(report(vehicle.vin, NOON + timedelta(seconds=10), soc_pct=49))
    assert latest(api_token, vehicle)[1]["soc_pct"] == 49


def test_many_readers_of_one_vehicle_ask_the_store_once(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    latest(api_token, vehicle)
    asked = around.asked
    for _ in range(3):
        assert latest(api_token, vehicle)[0] == 200
    assert around.asked == asked


@pytest.mark.parametrize("path", ["latest/", "history/"])
def test_unknown_and_foreign_vehicles_are_not_found_alike(
    api_token: str, other_vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    around.put(report(other_vehicle.vin))
    code, foreign = ask(api_token, f"{other_vehicle.vin}/{path}")
    unknown = ask(api_token, f"LVVDB11B0RE999999/{path}")[1]
    assert code == 404
    assert (
        (foreign["code"], foreign["detail"])
        == (unknown["code"], unknown["detail"])
        == ("not_found", "")
    )
    assert foreign["number"]


def test_a_vehicle_that_never_sent_has_no_data_yet(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    assert latest(api_token, vehicle)[0] == 404
    assert latest(api_token, vehicle)[1]["code"] == "no_data"
    assert history(api_token, vehicle) == (200, {"vin": vehicle.vin, "next": None, "results": []})


@pytest.mark.parametrize("path", ["latest/", "history/"])
def test_without_the_store_the_answer_is_503(
    api_token: str, vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    around.is_away = True
    code, body = ask(api_token, f"{vehicle.vin}/{path}")
    assert (code, body["code"]) == (503, "store_away")


@pytest.mark.parametrize("path", ["latest/", "history/"])
def test_who_lacks_the_grant_is_refused(
    api_token: str, integrator: Person, vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    integrator.assignments.all().delete()
    assert ask(api_token, f"{vehicle.vin}/{path}")[0] == 403
    assert Client().get(f"/api/vehicles/{vehicle.vin}/{path}").status_code == 401


def test_exact_positions_leave_an_audit_row_before_they_leave(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    assert latest(api_token, vehicle)[1]["longitude_deg"] == 116.4
    assert not AuditRow.objects.filter(action="position.read").exists()
    body = latest(api_token, vehicle, position="exact")[1]
    assert (body["longitude_deg"], body["latitude_deg"]) == (116.397128, 39.916527)
    row = AuditRow.objects.get(action="position.read")
    assert (row.subject, row.result) == (f"Vehicle:{vehicle.pk}", "read")


def test_exact_positions_need_their_grant(
    as_safety_head: Client, safety_head: Person, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    path = f"/api/vehicles/{vehicle.vin}/latest/?position=exact"
    assert as_safety_head.get(path).status_code == 200
    safety_head.assignments.update(role="auditor")
    as_safety_head.force_login(safety_head)  # other roles end the sessions there are
    assert as_safety_head.get(path).status_code == 403
    assert AuditRow.objects.filter(action="position.read").count() == 1


# ---- history


def times(body: dict[str, Any]) -> list[str]:
    return [
        datetime.fromisoformat(row["collected_at"]).strftime("%H:%M:%S") for row in body["results"]
    ]


def test_history_comes_in_order_of_collection_with_the_fields_asked_for(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(*(report(vehicle.vin, NOON + timedelta(seconds=s), soc_pct=s) for s in (20, 0, 10)))
    code, body = history(
        api_token, vehicle, **{"from": NOON.isoformat(), "to": "2026-03-15T12:00:20+08:00"},
        fields="soc_pct, gear,cell_voltages_mv",
    )  # fmt: skip
    assert code == 200
    assert times(body) == ["12:00:00", "12:00:10"]  # the end is not included
    assert body["results"][1] == {
        "collected_at": "2026-03-15T12:00:10+08:00",
        "received_at": "2026-03-15T12:00:10.400000+08:00", "edition": 2016, "command": 2,
        "soc_pct": 10.0, "gear": "D", "cell_voltages_mv": [3701, 3702, 3703, 3704], "missing": {},
    }  # fmt: skip


def test_history_is_read_on_page_by_page_without_loss_or_repetition(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    at = [NOON + timedelta(seconds=s) for s in (0, 10, 10, 10, 20)]  # one instant, three contents
    around.put(*(report(vehicle.vin, one, soc_pct=n) for n, one in enumerate(at)))
    query = {"from": NOON.isoformat(), "to": "2026-03-15T13:00:00+08:00", "limit": 2}
    found: list[float] = []
    code, body = history(api_token, vehicle, fields="soc_pct", **query)
    while True:
        assert code == 200
        found += [row["soc_pct"] for row in body["results"]]
        if body["next"] is None:
            break
        assert len(body["results"]) == 2
        answer = Client().get(body["next"], headers={"authorization": f"Bearer {api_token}"})
        code, body = answer.status_code, answer.json()
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert found[0] == 0
    assert found[-1] == 4


def test_a_reissued_frame_says_so(api_token: str, vehicle: Vehicle, around: Surroundings) -> None:
    around.put(report(vehicle.vin, command=3))
    body = history(api_token, vehicle, **{"from": NOON.isoformat(), "to": "2026-03-15T13:00:00"})[1]
    assert [row["command"] for row in body["results"]] == [3]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"fields": "soc_pct,vin"}, "vin"),
        ({"fields": "unit_hash"}, "unit_hash"),
        ({"from": "yesterday"}, "ISO 8601"),
        ({"from": "0001-01-01T00:00:00Z"}, "ISO 8601"),
        ({"to": "9999-12-31T23:59:59Z"}, "ISO 8601"),
        ({"from": "2026-03-15T10:00:00Z", "to": "2026-03-15T10:00:00Z"}, "before `to`"),
        ({"limit": "0"}, "1 to 10000"),
        ({"limit": "10001"}, "1 to 10000"),
        ({"limit": "x"}, "1 to 10000"),
        ({"limit": "²"}, "1 to 10000"),
        ({"after": "99999999999999999999"}, "next"),
        ({"after": "-1"}, "next"),
    ],
)
def test_odd_questions_are_refused_with_what_was_expected(
    api_token: str, vehicle: Vehicle, around: Surroundings, query: dict[str, str], said: str
) -> None:
    code, body = history(api_token, vehicle, **query)
    assert (code, body["code"]) == (400, "bad_input")
    assert said in str(body["detail"])


def test_instants_without_zone_are_beijing_and_a_bare_plus_is_understood(
    api_token: str, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    headers = {"authorization": f"Bearer {api_token}"}
    for span in ("from=2026-03-15T11:59:00&to=2026-03-15T12:01:00",
                 "from=2026-03-15T11:59:00+08:00&to=2026-03-15T04:01:00Z"):  # fmt: skip
        answer = Client().get(f"/api/vehicles/{vehicle.vin}/history/?{span}", headers=headers)
        assert len(answer.json()["results"]) == 1


# ---- the document


def openapi(api_token: str) -> dict[str, Any]:
    answer = Client().get("/api/schema/", headers={"authorization": f"Bearer {api_token}"})
    document: dict[str, Any] = answer.json()
    return document


def as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0's ``nullable`` in the words of JSON Schema."""
    if isinstance(schema, list):
        return [as_json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: as_json_schema(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def test_the_document_describes_both_addresses(api_token: str) -> None:
    paths = openapi(api_token)["paths"]
    for path, answer in (("latest", LATEST), ("history", HISTORY)):
        found = paths[f"/api/vehicles/{{vin}}/{path}/"]["get"]["responses"]
        assert found["200"]["content"]["application/json"]["schema"] == answer
        assert {"404", "503"} <= set(found)


@pytest.mark.parametrize("path", ["latest", "history"])
def test_answers_keep_to_the_document(
    api_token: str, vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    around.put(report(vehicle.vin, dcdc=None, cells=(3.7, None), level=None))
    query = {"from": NOON.isoformat(), "to": "2026-03-15T13:00:00"} if path == "history" else {}
    code, body = ask(api_token, f"{vehicle.vin}/{path}/", **query)
    assert code == 200
    found = openapi(api_token)["paths"][f"/api/vehicles/{{vin}}/{path}/"]["get"]["responses"]["200"]
    schema = as_json_schema(found["content"]["application/json"]["schema"])
    schema["additionalProperties"] = False
    errors = list(Draft202012Validator(schema).iter_errors(body))
    assert not errors, errors[0]
