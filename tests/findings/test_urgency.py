"""A burst of findings reaches the desk with the gravest first, and nothing is lost or turned round."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voltward.findings.finding import Finding, graver
from voltward.findings.urgency import most_urgent_first

FINDINGS = st.lists(
    st.builds(
        Finding,
        kind=st.sampled_from(["opened", "worse", "cleared"]),
        rule=st.sampled_from(["cell.hot", "temperature.high", "insulation.low"]),
        vehicle_id=st.integers(1, 6),
        opened_at=st.just(1_700_000_000),
        at=st.integers(1_700_000_000, 1_700_000_100),
        received_ms=st.just(0),
        level=st.integers(0, 4),
        reported_level=st.sampled_from([0, 1, 2, 3, 255]),
    ),
    max_size=60,
)


def finding(vehicle: int, rule: str, level: int, at: int = 0) -> Finding:
    return Finding("opened", rule, vehicle, at, at, 0, level=level)


def test_one_thermal_event_goes_before_a_thousand_lesser_alarms() -> None:
    many = [finding(number, "cell.hot", 2) for number in range(1000)]
    fire = finding(5000, "thermal.event", 4)
    assert next(most_urgent_first([*many, fire], 450))[0] == fire


def test_each_vehicle_is_told_of_before_any_is_told_of_twice() -> None:
    found = [finding(vehicle, rule, 3) for rule in ("a", "b") for vehicle in (1, 2, 3)]
    mixed = [found[0], found[3], found[1], found[4], found[2], found[5]]
    first = next(most_urgent_first(mixed, 3))
    assert {one.vehicle_id for one in first} == {1, 2, 3}


def test_what_the_vehicle_reports_counts_as_what_is_judged() -> None:
    assert (graver(1, 3), graver(3, 1), graver(1, 255)) == (3, 3, 1)
    said = replace(finding(2, "b", 1), reported_level=3)
    assert next(most_urgent_first([finding(1, "a", 2), said], 1)) == [said]


@given(FINDINGS, st.integers(1, 20))
def test_nothing_is_lost_and_what_happened_to_one_episode_stays_in_its_order(
    findings: list[Finding], at_once: int
) -> None:
    stretches = list(most_urgent_first(findings, at_once))
    told = [one for stretch in stretches for one in stretch]
    assert sorted(map(id, told)) == sorted(map(id, findings))
    for vehicle in range(1, 7):
        for rule in ("cell.hot", "temperature.high", "insulation.low"):
            mine = [one for one in findings if (one.vehicle_id, one.rule) == (vehicle, rule)]
            assert [id(one) for one in told if (one.vehicle_id, one.rule) == (vehicle, rule)] == [
                id(one) for one in mine
            ]
            holding = [s for s in stretches if any(id(one) in map(id, mine) for one in s)]
            assert len(holding) <= 1


@given(FINDINGS, st.integers(1, 20))
def test_no_stretch_holds_a_graver_episode_than_an_earlier_one(
    findings: list[Finding], at_once: int
) -> None:
    gravest = [
        max(graver(one.level, one.reported_level) for one in stretch)
        for stretch in most_urgent_first(findings, at_once)
    ]
    assert gravest == sorted(gravest, reverse=True)
