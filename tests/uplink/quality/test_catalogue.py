"""The catalogue: complete in both languages, with sources, and numbered for good."""

from __future__ import annotations

import pytest

from voltward.uplink.quality.catalogue import (
    CLASSES,
    CODES,
    COMPLETENESS,
    DETECTOR,
    LIMITS,
    TIMELINESS,
    TRUTH,
    facts_of,
)

# Compiled kernels hold the numbers, and a cached one would hold old ones: only the end may grow.
CLASS_ORDER = """
time.late time.gap time.order time.duplicate time.conflict time.invalid time.future time.clock
time.stale login.open logout.unpaired item.vehicle item.motor item.engine item.fuel_cell
item.position item.extremes item.alarm item.cells item.probes value.vehicle value.odometer
count.cells count.probes range.vehicle range.cells range.probes state.moving_off charge.moving
charge.current extreme.cells extreme.probes sum.cells odometer.back odometer.jump odometer.track
soc.jump frozen.electric position.outside position.no_fix position.speed position.frozen
alarm.no_flag alarm.no_level
"""
LIMIT_ORDER = """
late_s gap_s gap_longest_s ahead_s future_s stale_d sum_gap_pct odometer_back_km
odometer_top_kmh track_share_pct track_least_km soc_jump_pct soc_within_s frozen_s frozen_kmh
place_still_s place_west_deg place_east_deg place_south_deg place_north_deg place_speed_kmh
cell_highest_mv cell_lowest_mv probe_highest_c probe_lowest_c charge_current_a pass_share_pct
missing_good_pct case_share_pct case_least_vehicles case_days case_verify_days extreme_mv
extreme_c
"""


def test_numbers_of_classes_and_limits_never_move() -> None:
    assert list(CODES)[: len(CLASS_ORDER.split())] == CLASS_ORDER.split()
    assert [limit.name for limit in LIMITS][: len(LIMIT_ORDER.split())] == LIMIT_ORDER.split()


def test_each_class_has_two_titles_a_source_and_a_kind() -> None:
    assert len(set(CODES)) == len(CODES)
    for one in CLASSES:
        assert one.title_zh, one.code
        assert one.title_en.isascii(), one.code
        assert one.source, one.code
        assert one.kind in (TIMELINESS, COMPLETENESS, TRUTH)
        assert one.confidence in "ABCM"


@pytest.mark.parametrize("row", facts_of("limits.json"), ids=lambda row: row["code"])
def test_each_limit_lies_in_its_range_and_says_where_it_comes_from(row) -> None:  # type: ignore[no-untyped-def]
    assert row["lowest"] <= row["value"] <= row["highest"]
    assert all(row[name] for name in ("source", "title_zh", "title_en"))
    assert row["confidence"] in "ABCM"


def test_a_row_of_the_limit_book_holds_every_limit_and_fact() -> None:
    assert len(DETECTOR.limits) == len(facts_of("limits.json"))
    assert DETECTOR.facts == ("facts.drive", "facts.current_sign", "facts.is_lfp")
