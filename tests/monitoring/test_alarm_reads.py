"""What the desk reads of alarms: whose they are, in which order, how often before, what changed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from tests.monitoring.alarms import cleared, opened, step, worse
from tests.monitoring.car import report
from tests.monitoring.conftest import Surroundings

from voltward.base.errors import NotFound
from voltward.fleet.models import Vehicle
from voltward.monitoring.alarm_lists import ALARMS
from voltward.monitoring.alarm_rules import judged_text, limit_text, numbers_of
from voltward.monitoring.alarm_words import delay_text, doing_of, place_text, spoken
from voltward.monitoring.models import Alarm
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors import alarms as selectors
from voltward.pages.lists.asking import asked_of
from voltward.pages.lists.facets import drawn
from voltward.records.models import AuditRow, Person

pytestmark = pytest.mark.django_db


def asked(actor: Person, query: str = "") -> list[Alarm]:
    found = asked_of(ALARMS, actor, QueryDict(query))
    return list(found.rows.order_by("-urgency", "-pk"))


def ended(alarm: Alarm, verdict: str) -> Alarm:
    alarm.state, alarm.verdict, alarm.closed_at = "closed", verdict, timezone.now()
    alarm.save()
    return alarm


def test_the_gravest_comes_first_and_then_the_newest(vehicle: Vehicle, operator: Person) -> None:
    now = timezone.now()
    older = opened(vehicle, level=3, rule="cell.spread", at=now - timedelta(hours=2))
    slight = opened(vehicle, level=1, rule="soc.jump", at=now)
    fire = opened(vehicle, level=4, rule="thermal.runaway", at=now - timedelta(days=2))
    newer = opened(vehicle, level=3, at=now - timedelta(hours=1))
    assert asked(operator) == [fire, newer, older, slight]
    worse(slight, 4)
    assert asked(operator)[0] == slight


def test_only_what_is_open_is_listed_unless_more_is_asked_for(
    vehicle: Vehicle, operator: Person
) -> None:
    gone = ended(opened(vehicle, rule="cell.spread"), "false")
    here = opened(vehicle)
    assert asked(operator) == [here]
    assert asked(operator, "scope=ended") == [gone]
    assert set(asked(operator, "scope=all")) == {gone, here}


def test_another_makers_alarms_are_not_there(
    vehicle: Vehicle, other_vehicle: Vehicle, operator: Person, other_operator: Person
) -> None:
    mine, theirs = opened(vehicle, level=3), opened(other_vehicle, level=3)
    assert asked(operator) == [mine]
    assert selectors.alarm_counts(operator) == {3: 1}
    assert list(selectors.alarm_worst(other_operator, 9)) == [theirs]
    assert [one.alarm_id for one in selectors.alarm_calling(operator)] == [mine.pk]
    assert not selectors.grave_alarm_stands(operator, f"Vehicle:{other_vehicle.pk}")
    with pytest.raises(NotFound):
        selectors.alarm_by_id(operator, theirs.pk)


def test_facets_count_what_the_other_filters_leave(vehicle: Vehicle, operator: Person) -> None:
    opened(vehicle, level=3)
    opened(vehicle, level=1, rule="cell.spread", at=timezone.now() - timedelta(hours=3))
    opened(vehicle, level=1, rule="cell.deviation", owner=operator, state="claimed")
    counts = {
        facet.name: {one.value: one.count for one in facet.shown if one.count}
        for facet in drawn(asked_of(ALARMS, operator, QueryDict("risk=cell")))
    }
    assert counts["risk"] == {"insulation": 1, "cell": 2}
    assert counts["level"] == {"1": 2}
    assert counts["age"] == {"m10": 1, "d1": 1}
    assert counts["state"] == {"new": 1, "claimed": 1}
    assert counts["owner"] == {"operator": 1}
    assert counts["model"] == {"示例轿跑": 2}


def test_a_filter_by_vin_takes_the_end_as_people_read_it_out(
    vehicle: Vehicle, operator: Person
) -> None:
    alarm = opened(vehicle)
    assert asked(operator, f"vin={vehicle.vin[-6:]}") == [alarm]
    assert asked(operator, "vin=999999") == []


def test_mine_and_nobodys_are_told_apart(vehicle: Vehicle, operator: Person) -> None:
    mine = opened(vehicle, owner=operator, state="claimed")
    free = opened(vehicle, rule="cell.spread")
    assert asked(operator, "whose=mine") == [mine]
    assert asked(operator, "whose=nobody") == [free]


def test_the_history_of_a_rule_on_a_vehicle_is_counted_by_verdict(
    vehicle: Vehicle, operator: Person
) -> None:
    first = ended(opened(vehicle), "false")
    second = ended(opened(vehicle), "true")
    ended(opened(vehicle, rule="cell.spread"), "false")
    now = opened(vehicle)
    before = selectors.alarm_before(operator, now)
    assert before.number == 2
    assert before.by_verdict == {"false": 1, "true": 1}
    assert list(before.latest) == [second, first]


def test_what_must_be_heard_is_grave_nobodys_and_not_late(
    vehicle: Vehicle, operator: Person
) -> None:
    calling = opened(vehicle, level=3)
    opened(vehicle, level=2, rule="cell.spread")
    opened(vehicle, level=4, rule="thermal.runaway", is_late=True)
    opened(vehicle, level=3, rule="soc.jump", state="claimed", owner=operator)
    assert [one.alarm_id for one in selectors.alarm_calling(operator)] == [calling.pk]


# ---- what changed


def test_each_change_has_a_higher_number_and_one_without_change_has_none(vehicle: Vehicle) -> None:
    alarm = opened(vehicle)
    alarm.refresh_from_db()
    first = alarm.change
    worse(alarm, 3)
    assert alarm.change > first
    before = alarm.change
    alarm.save()
    alarm.refresh_from_db()
    assert alarm.change == before


def test_changes_since_a_mark_come_in_their_order(vehicle: Vehicle) -> None:
    old = opened(vehicle, rule="soc.jump")
    mark = selectors.alarm_mark()
    first, second = opened(vehicle), opened(vehicle, rule="cell.spread")
    worse(first, 3)
    found, _next = selectors.alarm_changes(mark)
    mine = [one.alarm_id for one in found if one.alarm_id != old.pk]
    assert mine == [second.pk, first.pk]
    assert found[-1].level == 3


def test_rows_of_a_restored_copy_are_no_news(
    vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They bear the numbers of another server's transactions, which this one has not reached."""
    opened(vehicle)
    mark = selectors.alarm_mark()
    assert selectors.alarm_changes(mark)[0]
    monkeypatch.setattr(selectors._Reached, "template", str(mark))
    assert selectors.alarm_changes(mark)[0] == []


# ---- in words


def test_a_row_says_what_somebody_needs_without_a_click(vehicle: Vehicle) -> None:
    at = timezone.now()
    alarm = opened(
        vehicle, level=3, at=at, worst={"ohm_per_v": 38.0, "insulation_kohm": 16.0}, is_reissue=True,
        limit={"key": "insulation.low.level_3", "value": 100.0, "unit": "Ω/V", "revision": "builtin"},
        state_then={"vehicle_state": 1, "charging": 3, "speed_kmh": 62.4, "soc_pct": 78.0},
        cell="8731aa42affffff",
    )  # fmt: skip
    alarm.received_at = at + timedelta(minutes=42)
    said = spoken(alarm)
    assert said.title == "绝缘电阻偏低"
    assert (said.value, said.limit) == ("38\u2009Ω/V", "100\u2009Ω/V")
    assert said.doing_text == "行驶 62\u2009km/h · SOC 78\u2009%"
    assert said.delay == "补发 · 晚 42 分钟"
    assert said.source.startswith("平台研判 · GB/T 45688")
    assert "°N" in said.place
    assert (said.judged.text, said.judged.style) == ("3", "3")
    assert (said.reported.text, said.reported.style) == ("—", "")


def test_a_thermal_event_has_a_word_of_its_own_and_names_its_signs(vehicle: Vehicle) -> None:
    values = {"kinds_of_signs": 3.0, "signs": 11.0, "highest_temp_c": 109.0}
    alarm = opened(vehicle, level=4, rule="thermal.runaway", worst=values)
    said = spoken(alarm)
    assert (said.judged.text, said.judged.style) == ("热", "thermal")
    assert said.value == "温度＋单体＋绝缘"
    assert numbers_of(values) == [("最高温度", "109\u2009℃")]


def test_what_nobody_knows_is_a_dash(vehicle: Vehicle) -> None:
    assert rule_title("of.tomorrow") == "of.tomorrow"
    assert judged_text("of.tomorrow", {}) == "—"
    assert limit_text("of.tomorrow", {"a_c": 1.0}, {}) == "—"
    assert place_text("") == place_text("nowhere") == "—"


@pytest.mark.parametrize(
    ("state", "doing"),
    [
        ({"vehicle_state": 1, "charging": 3, "speed_kmh": 0.0}, "driving"),
        ({"vehicle_state": 2, "charging": 1}, "charging"),
        ({"vehicle_state": 2, "charging": 4}, "charging"),
        ({"vehicle_state": 2, "charging": 3}, "parked"),
        ({"speed_kmh": 5.0}, "driving"),
        ({}, ""),
    ],
)
def test_a_vehicle_drives_charges_or_stands(state: dict[str, float], doing: str) -> None:
    assert doing_of(state) == doing


def test_a_row_in_real_time_says_so(vehicle: Vehicle) -> None:
    assert delay_text(opened(vehicle)) == "实时"


# ---- pages


def test_the_pane_shows_the_exact_place_of_a_grave_alarm_and_leaves_its_row(
    vehicle: Vehicle, operator: Person, as_operator: Client, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    grave = opened(vehicle, level=3)
    page = as_operator.get(f"/alarms/{grave.pk}/preview/").content.decode()
    assert "精确，已记入审计" in page
    row = AuditRow.objects.filter(action="position.read").latest("pk")
    assert (row.actor, row.subject, row.after) == (
        operator, f"Vehicle:{vehicle.pk}", {"reason": "open_alarm"},
    )  # fmt: skip


def test_below_level_three_or_once_closed_the_place_is_coarse(
    vehicle: Vehicle, as_operator: Client, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    slight = opened(vehicle, level=2)
    gone = ended(opened(vehicle, level=3, rule="cell.spread"), "true")
    for alarm in (slight, gone):
        page = as_operator.get(f"/alarms/{alarm.pk}/preview/").content.decode()
        assert "约 1 公里" in page
        assert "116.397128" not in page
    assert not AuditRow.objects.filter(action="position.read").exists()


def test_the_pane_is_there_while_the_store_is_away(
    vehicle: Vehicle, as_operator: Client, around: Surroundings
) -> None:
    alarm = opened(vehicle, level=3)
    around.is_away = True
    around.forget()
    answer = as_operator.get(f"/alarms/{alarm.pk}/preview/")
    assert answer.status_code == 200
    assert "遥测存储暂不可用" in answer.content.decode()
    assert as_operator.get(f"/alarms/{alarm.pk}/curves/").status_code == 503


def test_the_curves_hold_the_judged_signal_first_with_its_limit(
    vehicle: Vehicle, as_operator: Client, around: Surroundings
) -> None:
    now = timezone.now().replace(microsecond=0)
    around.put(*(report(vehicle.vin, now - timedelta(seconds=10 * one)) for one in range(5)))
    limit = {"key": "temperature.high.level_2_c", "value": 55.0, "unit": "℃", "revision": "7"}
    alarm = opened(vehicle, rule="temperature.high", at=now - timedelta(seconds=30), limit=limit)
    body = as_operator.get(f"/alarms/{alarm.pk}/curves/").json()
    first = body["panels"][0]
    assert first["series"][0]["field"] == "highest_temp_c"
    assert first["limits"] == [{"name": "限值 55.0 ℃", "value": 55.0}]
    assert body["rows"] == 5
    assert body["to"] - body["from"] == 600_000
    assert all(panel["limits"] == [] for panel in body["panels"][1:])


def test_the_page_of_an_alarm_tells_its_log_and_its_episodes(
    vehicle: Vehicle, as_operator: Client, around: Surroundings
) -> None:
    alarm = opened(vehicle, level=3)
    step(alarm, "worse")
    cleared(alarm, timedelta(minutes=3))
    page = as_operator.get(f"/alarms/{alarm.pk}/").content.decode()
    assert "绝缘电阻偏低" in page
    assert all(word in page for word in ("发生", "加重", "解除"))


def test_rows_are_given_one_by_one_as_the_filter_leaves_them(
    vehicle: Vehicle, other_vehicle: Vehicle, as_operator: Client
) -> None:
    grave, slight = opened(vehicle, level=3), opened(vehicle, level=1, rule="cell.spread")
    theirs = opened(other_vehicle, level=3)
    asked_for = "&".join(f"id={one.pk}" for one in (grave, slight, theirs))
    body = as_operator.get(f"/alarms/rows/?{asked_for}&level=3").json()
    assert [one["id"] for one in body["rows"]] == [grave.pk]
    assert body["gone"] == [slight.pk, theirs.pk]
    assert f'id="alarm-{grave.pk}"' in body["rows"][0]["html"]


def test_the_header_of_a_vehicle_names_its_open_alarms(
    vehicle: Vehicle, as_operator: Client
) -> None:
    alarm = opened(vehicle, level=3)
    for rule in ("cell.spread", "soc.jump"):
        opened(vehicle, level=1, rule=rule)
    page = as_operator.get(f"/vehicles/{vehicle.vin}/record/").content.decode()
    assert f"/alarms/{alarm.pk}/" in page
    assert "另 1 条" in page


def test_who_may_not_read_alarms_sees_none(vehicle: Vehicle, maker: object) -> None:
    from tests.monitoring.alarms import person

    alarm = opened(vehicle, level=3)
    client = Client()
    client.force_login(person(vehicle.maker, "worker", "production"))
    for address in ("", "rows/", "events/", f"{alarm.pk}/", f"{alarm.pk}/preview/"):
        assert client.get(f"/alarms/{address}").status_code == 403
    assert "绝缘电阻偏低" not in client.get(f"/vehicles/{vehicle.vin}/record/").content.decode()


def test_numbers_that_scripts_read_have_no_separators(
    vehicle: Vehicle, as_operator: Client, around: Surroundings
) -> None:
    """A thousand is ``1,000`` to people; a script would take it for none."""
    alarm = opened(vehicle, level=3)
    Alarm.objects.filter(pk=alarm.pk).update(cause="", last_at=timezone.now())
    alarm.refresh_from_db()
    pages = [
        as_operator.get(f"/alarms/{rest}").content.decode() for rest in ("", f"{alarm.pk}/preview/")
    ]
    assert f'data-urgency="{alarm.urgency}"' in pages[0]
    found = re.findall(r'(?:data-\w+|value|id)="[^"]*\d,\d[^"]*"', "".join(pages))
    assert found == []
