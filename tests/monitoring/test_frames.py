"""Raw frames: the list, one of them byte by byte, what is masked, what the audit trail gets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.test import Client
from tests.monitoring.car import report
from tests.monitoring.conftest import Surroundings

from voltward.fleet.models import Vehicle
from voltward.frames.explain import explain
from voltward.frames.explained import Sensitivity
from voltward.journal.position import Position
from voltward.monitoring.ports import FramesUnreadable
from voltward.monitoring.ui import explaining
from voltward.monitoring.ui.explainer import EXAMPLE
from voltward.monitoring.ui.explaining import MASK, MASKED_OCTET, hex_of, rows_of
from voltward.records.models import AuditRow, Person
from voltward.telemetry.raw import RawFrame

pytestmark = pytest.mark.django_db
LONGITUDE = (116_397_128).to_bytes(4, "big").hex(" ")
AT = "gateway-0/000000000000:64"


def kept(frame: bytes, offset: int = 64, seconds_ago: float = 5) -> RawFrame:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return RawFrame(Position("gateway-0", 0, offset), at, frame)


def one(client: Client, vehicle: Vehicle, query: str = "", position: str = AT) -> tuple[int, str]:
    answer = client.get(f"/vehicles/{vehicle.vin}/frames/{position}/{query}")
    return answer.status_code, answer.content.decode()


def test_frames_are_listed_newest_first_with_command_and_trouble(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    good = report(vehicle.vin)
    around.frames = [kept(good, 64, 20), kept(report(vehicle.vin, command=3), 700, 10)]
    around.frames.append(kept(good[:24] + b"\x1a\x0d\x0f" + good[27:], 1400, 5))  # month 13
    text = as_operator.get(f"/vehicles/{vehicle.vin}/frames/").content.decode()
    assert "最新的 3 帧" in text
    assert text.index("000000000000:1400") < text.index(":700/") < text.index(":64/")
    assert "2026-03-15 12:00:00" in text
    assert "补发信息上报" in text
    assert "116.397" not in text


def test_an_empty_hour_leads_to_the_newest_frames(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    text = as_operator.get(f"/vehicles/{vehicle.vin}/frames/").content.decode()
    assert "该时段没有报文" in text
    link = text.split('<a class="btn" href="?')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(link)["end"] == ["2026-03-15T12:00:01"]
    around.is_away = True
    around.forget()
    assert as_operator.get(f"/vehicles/{vehicle.vin}/frames/").status_code == 200


def test_one_frame_is_masked_unless_asked_for_whole(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.frames = [kept(report(vehicle.vin))]
    code, text = one(as_operator, vehicle)
    assert code == 200
    assert LONGITUDE not in text
    assert "116.397128" not in text
    assert vehicle.vin.encode().hex(" ") not in text
    assert MASK in text
    assert MASKED_OCTET in text
    assert "350.1" in text  # what reveals nothing stays readable
    assert f'<a href="/vehicles/{vehicle.vin}/frames/" aria-current="page">' in text
    assert not AuditRow.objects.filter(action="frame.read_whole").exists()


def test_the_whole_frame_is_shown_behind_an_audit_row(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.frames = [kept(report(vehicle.vin))]
    code, text = one(as_operator, vehicle, "?whole=1")
    assert (code, LONGITUDE in text, "116.397128" in text) == (200, True, True)
    assert around.frames[0].frame.hex(" ") in text
    row = AuditRow.objects.get(action="frame.read_whole")
    assert (row.subject, row.after, row.result) == (f"Vehicle:{vehicle.pk}", {"reason": AT}, "read")


def test_who_may_not_read_positions_gets_no_whole_frame(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    around.frames = [kept(report(vehicle.vin))]
    held = operator.grants - {"position.read"}
    monkeypatch.setattr(Person, "grants", property(lambda self: held))
    code, text = one(as_operator, vehicle, "?whole=1")
    assert (code, LONGITUDE in text) == (200, False)
    assert "显示被遮盖的内容" not in text
    assert not AuditRow.objects.filter(action="frame.read_whole").exists()


def test_every_sensitive_octet_is_masked_and_no_other(vehicle: Vehicle) -> None:
    data = report(vehicle.vin)
    explanation = explain(data)
    octets = hex_of(explanation, masked=True).split(" ")
    hidden = {place for place, octet in enumerate(octets) if octet == MASKED_OCTET}
    assert len(octets) == len(data)
    assert hidden == {
        place
        for line in explanation.lines
        if line.sensitivity is not Sensitivity.NONE
        for place in range(line.start, line.stop)
    }
    assert set(range(4, 21)) <= hidden  # the VIN
    assert hex_of(explanation, masked=False) == data.hex(" ")


def test_a_mask_that_hides_nothing_is_noticed(
    vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: what the tests above look for is there when nothing is masked."""
    monkeypatch.setattr(
        explaining, "Sensitivity", type("None_", (), {"NONE": Sensitivity.POSITION})
    )
    _, rows = rows_of(report(vehicle.vin), masked=True)
    assert any(row.hex == LONGITUDE for row in rows)


def test_another_vehicles_frame_and_odd_positions_are_not_there(
    as_operator: Client, vehicle: Vehicle, other_vehicle: Vehicle, around: Surroundings
) -> None:
    around.frames = [kept(report(other_vehicle.vin))]
    for position in (AT, "gateway-0/000000000000:65", "x", "../../etc/passwd", "%00"):
        assert one(as_operator, vehicle, position=position)[0] == 404


def test_a_frame_needs_its_grant(
    as_system_admin: Client, as_nobody: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.frames = [kept(report(vehicle.vin))]
    assert one(as_system_admin, vehicle)[0] == 403
    assert one(as_nobody, vehicle)[0] == 302


def test_damage_is_told_with_what_is_damaged(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.frames_fault = FramesUnreadable("JournalDamaged: gateway-0/000000000000:64")
    answer = as_operator.get(f"/vehicles/{vehicle.vin}/frames/")
    assert (answer.status_code, "gateway-0/000000000000:64" in answer.content.decode()) == (
        503,
        True,
    )
    assert "该时段没有报文" not in answer.content.decode()
    assert one(as_operator, vehicle)[0] == 503


def test_too_long_a_range_is_refused_in_words(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    answer = as_operator.get(
        f"/vehicles/{vehicle.vin}/frames/?start=2026-01-01T00:00&end=2026-03-01T00:00"
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "最多 31 天" in text
    assert 'value="2026-01-01T00:00:00"' in text  # what was asked for stands there to be mended


# ---- the explainer


def explained(client: Client, text: str) -> tuple[int, str]:
    answer = client.post("/explain/", {"hex": text})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    "how", [lambda h: h, lambda h: " ".join(h[i : i + 2] for i in range(0, len(h), 2)),
            lambda h: "0x" + ", 0x".join(h[i : i + 2] for i in range(0, len(h), 2)),
            lambda h: "\r\n" + h[:40].upper() + "\r\n" + h[40:] + "\n", lambda h: h.replace("23", "23-", 1)]
)  # fmt: skip
def test_a_pasted_frame_is_explained_however_it_is_written(
    as_operator: Client, vehicle: Vehicle, how: object
) -> None:
    code, text = explained(as_operator, how(report(vehicle.vin).hex()))  # type: ignore[operator]
    assert code == 200
    assert "116.397128" in text  # who pastes it knows it
    assert "350.1" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2323zz", "第 1 行第 5 个字符是“z”"),
        ("2323\n02 fe\n4c 5g", "第 3 行第 5 个字符是“g”"),
        ("\n\n  ￥", "第 3 行第 3 个字符是“￥”"),
        ("23x23", "第 1 行第 3 个字符是“x”"),
        ("00x12", "第 1 行第 3 个字符是“x”"),
        ("23230", "十六进制字符共 5 个，应为偶数"),
    ],
)
def test_a_wrong_character_is_named_with_its_place(
    as_operator: Client, text: str, said: str
) -> None:
    code, page = explained(as_operator, text)
    assert code == 422
    assert said in page.replace("&quot;", '"')


@pytest.mark.parametrize("text", ["", "   ", "2323", "ff" * 100, "232302fe" + "00" * 20])
def test_any_bytes_are_answered(as_operator: Client, text: str) -> None:
    assert explained(as_operator, text)[0] in (200, 422)


def test_nothing_that_is_pasted_is_kept(as_operator: Client, vehicle: Vehicle) -> None:
    before = AuditRow.objects.count()
    explained(as_operator, report(vehicle.vin).hex())
    assert AuditRow.objects.count() == before


def test_the_example_on_the_page_is_a_clean_frame(as_operator: Client) -> None:
    assert EXAMPLE in as_operator.get("/explain/").content.decode()
    assert explain(bytes.fromhex(EXAMPLE)).is_clean
