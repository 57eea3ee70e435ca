"""Every detector has the same face, and each limit a source."""

import numpy as np
import pytest

from voltward.findings.catalogue import DETECTORS, LIMIT_KEYS, RULES, detector_of, rule_of
from voltward.findings.detector import Detector, Limits, Rows
from voltward.findings.limits import BookFile, LimitBook
from voltward.findings.rows import NAMES


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.name)
def test_a_detector_says_what_it_reads_and_where_its_numbers_come_from(detector: Detector) -> None:
    assert set(detector.reads) <= set(NAMES)
    for limit in detector.limits:
        assert limit.source
        assert limit.confidence in "ABCM"
        assert np.isnan(limit.default) or limit.lowest <= limit.default <= limit.highest
        for value in limit.by_chemistry.values():
            assert np.isnan(value) or limit.lowest <= value <= limit.highest
    for rule in detector.rules:
        assert rule.title_zh
        assert rule.title_en
        assert rule.source
        assert rule.kind in {"own", "fault", "flag", "hazard", "quality"}
        assert rule_of(rule.code) is rule
        assert detector_of(rule.code) is detector


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.name)
def test_rows_without_a_value_are_no_data_and_no_rows_are_fine(detector: Detector) -> None:
    from tests.findings.rows import incoming_of_values

    for size in (0, 3):
        incoming = incoming_of_values([{"at": at} for at in range(size)])
        rows = Rows(
            np.zeros(size, np.int64), incoming.time_s, incoming.received_ms / 1000, incoming.values
        )
        memory = np.zeros(1, detector.memory or np.dtype([("nothing", "u1")]))
        if detector.fresh is not None:
            memory[:] = detector.fresh
        book = LimitBook(DETECTORS, BookFile(0))
        limits: Limits = book.limits(detector, np.zeros(size, np.int32))
        for judged in detector.judge(rows, memory, limits):
            assert judged.level.shape == judged.value.shape == judged.limit.shape == (size,)
            assert (judged.level <= 0).all(), judged.rule


def test_codes_of_rules_and_keys_of_limits_are_told_apart() -> None:
    assert len(RULES) == sum(len(one.rules) for one in DETECTORS)
    assert len(LIMIT_KEYS) == sum(len(one.limits) for one in DETECTORS)
    assert rule_of("no.such") is None
    assert detector_of("no.such") is None
