"""The chain's canonical form and its verifier: ten thousand tamperings, and builds that are broken."""

from __future__ import annotations

import hashlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records import audit_trails as trails

from voltward.records import audit_chain
from voltward.records.audit_chain import NO_HASH, Chains, Link, Row, Seal, canonical, netstrings
from voltward.records.models import AuditRow

SEED, CASES = 20261125, 10_000


def undetected(cases: int, seed: int = SEED) -> list[str]:
    """Names of tamperings that the verifier did not find."""
    random, whole, missed = Random(seed), trails.trail(), []
    for number in range(cases):
        tamper = trails.TAMPERINGS[number % len(trails.TAMPERINGS)]
        touched = whole.copy()
        tamper(random, touched)
        assert touched != whole, f"seed {seed}, case {number}: {tamper.__name__} changed nothing"
        if not touched.findings():
            missed.append(f"{number} {tamper.__name__}")
    return missed


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_a_whole_trail_has_no_findings(algorithm: str) -> None:
    assert trails.trail(algorithm=algorithm).findings() == []


def test_ten_thousand_tamperings_are_all_found() -> None:
    missed = undetected(CASES)
    assert missed == [], f"seed {SEED}"


def test_a_verifier_that_ignores_the_tail_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chains, "_cut", lambda self: iter(()))
    assert any("cut_tail" in one for one in undetected(500))


def test_a_verifier_that_ignores_checkpoints_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chains, "_of_checkpoint", lambda self, seal: iter(()))
    assert any("rebuild" in one for one in undetected(500))


@pytest.mark.parametrize("column", Row._fields)
def test_a_hash_that_leaves_out_a_column_is_caught(
    column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaky(seal: Seal, row: Row) -> bytes:
        return canonical(seal, row._replace(**{column: None}))

    monkeypatch.setattr(audit_chain, "canonical", leaky)
    trails._read.cache_clear()
    if column in ("id", "maker_id"):  # which a seal's own columns say again
        one = trails.row(1)
        seal = trails.chained([one])[0]
        changed = one._replace(**{column: 5})
        assert audit_chain.seal_hash(seal, changed) == seal.hash
    else:
        touched = trails.trail().copy()
        trails.edit_column(Random(SEED), touched, column)
        assert touched.findings() == []


def test_every_column_of_an_audit_row_is_in_the_hash() -> None:
    columns = [name for one in AuditRow._meta.concrete_fields if (name := one.attname)]
    assert sorted(name.removesuffix("_us") for name in Row._fields) == sorted(columns)
    one = trails.row(1, 2)
    seal = trails.chained([one])[0]
    for name in Row._fields:
        value = getattr(one, name)
        other = value + 1 if isinstance(value, int) else f"{value} "
        assert audit_chain.seal_hash(seal, one._replace(**{name: other})) != seal.hash, name


def test_the_form_is_the_one_that_is_written_down() -> None:
    one = trails.row(1, 2, before='{"名": 1}', address=None)
    seal = Seal(2, 1, 1, "sha256", NO_HASH, b"", 5)
    text = (
        "16:voltward-audit-1,6:sha256,1:2,1:1,64:" + "0" * 64 + ",1:5,"
        "1:1,16:1773534606000000,1:7,1:2,16:vehicle.register,9:Vehicle:1,4:done,10:{\"名\": 1},"
        '23:{"state": "registered"},~,9:ABCD-1234,'
    )  # fmt: skip
    assert canonical(seal, one).decode() == text
    assert audit_chain.seal_hash(seal, one) == hashlib.sha256(text.encode()).digest()


def test_sm3_is_the_standards() -> None:
    # GB/T 32905-2016 annex A.1
    wanted = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert audit_chain.DIGESTS["sm3"](b"abc").hex() == wanted


VALUES = st.lists(st.none() | st.text(max_size=6) | st.integers(0, 99), max_size=4)


@given(one=VALUES, other=VALUES)
def test_no_two_lists_of_values_have_the_same_form(one: list[object], other: list[object]) -> None:
    texts = [[None if value is None else str(value) for value in some] for some in (one, other)]
    assert (netstrings(one) == netstrings(other)) == (texts[0] == texts[1])


def test_findings_say_where_what_was_found_and_what_was_expected() -> None:
    touched = trails.trail()
    touched.rows[60] = touched.rows[60]._replace(action="nothing.happened")
    (finding,) = touched.findings()
    seal = next(one for one in touched.seals if one.row_id == 60)
    computed = audit_chain.seal_hash(seal, touched.rows[60]).hex()
    assert str(finding) == (
        f"stream 0 seal 2 (row 60): found content of hash {computed}, expected {seal.hash.hex()}"
    )


def test_a_rebuilt_chain_is_found_by_the_checkpoint_outside_alone() -> None:
    touched = trails.trail()
    trails.rebuild_from(Random(1), touched)
    assert {one.code for one in touched.findings()} == {"checkpoint"}
    touched.lines.clear()
    assert touched.findings() == []


def test_a_seal_that_no_checkpoint_ever_covered_is_told_when_it_is_old() -> None:
    seals = trails.chained([trails.row(1)])
    links = [Link(seals[0], trails.row(1))]
    old = Chains({}, uncovered_before_us=trails.BEGAN_US + 1)
    assert [one.code for one in old.verify(links)] == ["uncovered"]
    assert list(Chains({}, uncovered_before_us=trails.BEGAN_US).verify(links)) == []


def test_a_row_that_waits_for_its_seal_is_no_finding_and_one_that_does_not_is() -> None:
    assert list(Chains().verify([Link(None, trails.row(1), waiting=True)])) == []
    (found,) = Chains().verify([Link(None, trails.row(1))])
    assert found.code == "not_sealed"


def test_a_row_sealed_twice_is_found_even_at_the_end_of_its_chain() -> None:
    one = trails.row(1)
    seals = trails.chained([one, one])
    found = list(Chains().verify([Link(seal, one) for seal in seals]))
    assert [finding.code for finding in found] == ["row_twice"]
