"""The sign of current from the SOC trend: found whatever the noise, never made up, decided by a person."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet import current_sign as module
from voltward.fleet import telemetry
from voltward.fleet.current_sign import Series, current_sign
from voltward.fleet.models import CurrentSignProposal, Vehicle, VehicleModel
from voltward.fleet.services import signs
from voltward.records.models import Person

CAPACITY_AH = 150.0


def trip(seed: int, sign: int, *, rows: int = 2000, step_s: float = 30.0) -> Series:
    """A vehicle that drives and charges by turns; SOC in whole per cents, as frames carry it."""
    random = np.random.default_rng(seed)
    base = np.where(np.arange(rows) // 250 % 2 == 0, 60.0, -70.0)
    discharge_a = base + random.normal(0, 25, rows)
    charge_ah = np.concatenate(([0.0], np.cumsum(discharge_a[:-1] * step_s / 3600)))
    soc = np.clip(80 - charge_ah / CAPACITY_AH * 100, 1, 99)
    time_s = 1.7e9 + np.arange(rows) * step_s
    return Series(time_s, sign * discharge_a, np.round(soc))


def turned(one: Series) -> Series:
    return Series(one.time_s, -one.current_a, one.soc_pct)


@given(seed=st.integers(0, 10_000), sign=st.sampled_from([1, -1]))
@settings(max_examples=30, deadline=None)
def test_the_sign_is_found_and_turns_with_the_current(seed: int, sign: int) -> None:
    one = trip(seed, sign)
    assert current_sign([one]).sign == sign
    assert current_sign([turned(one)]).sign == -sign


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_missing_rows_and_their_order_change_nothing(seed: int) -> None:
    one, random = trip(seed, 1), np.random.default_rng(seed)
    holes = random.random(one.time_s.size) < 0.1
    order = random.permutation(one.time_s.size)
    current = np.where(holes, np.nan, one.current_a)
    judged = current_sign([Series(one.time_s[order], current[order], one.soc_pct[order])])
    assert judged.sign == 1
    assert judged.rows == int((~holes).sum())


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e6), st.floats(-500, 500) | st.just(float("nan")),
            st.floats(0, 100) | st.just(float("nan")),
        ),
        max_size=60,
    )
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_rows_are_judged_alike_when_turned_and_never_raise(
    rows: list[tuple[float, float, float]],
) -> None:
    array = np.array(rows, dtype=float).reshape(-1, 3)
    one = Series(array[:, 0], array[:, 1], array[:, 2])
    judged, other = current_sign([one]), current_sign([turned(one)])
    assert other.sign == (None if judged.sign is None else -judged.sign)
    assert (judged.agree, judged.against) == (other.against, other.agree)


def test_nothing_and_a_parked_car_are_undecided() -> None:
    still = Series(np.arange(100.0), np.full(100, 20.0), np.full(100, 50.0))
    for series in ([], [still], [Series(np.empty(0), np.empty(0), np.empty(0))]):
        assert current_sign(series).sign is None


def test_two_cars_that_contradict_each_other_are_undecided() -> None:
    judged = current_sign([trip(1, 1), trip(2, -1)])
    assert judged.sign is None
    assert judged.agree > 0 < judged.against
    assert judged.vehicles == 2


def test_silence_is_not_taken_for_current() -> None:
    """SOC fell while nothing was sent: that says nothing of the sign."""
    time_s = np.arange(20) * 3600.0
    judged = current_sign([Series(time_s, np.full(20, -30.0), 90.0 - np.arange(20) * 3)])
    assert (judged.sign, judged.agree, judged.against) == (None, 0, 0)


def test_a_build_that_judges_by_a_single_window_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    short = trip(3, 1, rows=15)
    assert current_sign([short]).sign is None
    monkeypatch.setattr(module, "LEAST_WINDOWS", 0)
    assert current_sign([short]).sign is not None


def test_arrays_of_unequal_length_are_refused() -> None:
    with pytest.raises(BadInput):
        current_sign([Series(np.arange(3.0), np.arange(2.0), np.arange(3.0))])


# ---- the proposal and the person


@pytest.fixture
def model(vehicle: Vehicle) -> VehicleModel:
    assert vehicle.configuration is not None
    return vehicle.configuration.model


@pytest.mark.django_db
def test_a_sign_counts_only_when_a_person_confirmed_it(
    engineer: Person, model: VehicleModel
) -> None:
    evidence, proposal = signs.current_sign_propose(
        engineer, model_id=model.pk, series=[trip(1, -1)]
    )
    model.refresh_from_db()
    assert proposal is not None
    assert (proposal.sign, proposal.evidence["against"], model.current_sign) == (
        -1, evidence.against, None,
    )  # fmt: skip
    signs.current_sign_decide(engineer, proposal_id=proposal.pk, is_right=True)
    model.refresh_from_db()
    assert model.current_sign == -1
    with pytest.raises(WrongState):
        signs.current_sign_decide(engineer, proposal_id=proposal.pk, is_right=False)


@pytest.mark.django_db
def test_a_refused_proposal_leaves_the_sign_and_an_undecided_one_makes_no_row(
    engineer: Person, model: VehicleModel
) -> None:
    signs.current_sign_set(engineer, model_id=model.pk, sign=1)
    _, proposal = signs.current_sign_propose(engineer, model_id=model.pk, series=[trip(1, -1)])
    assert proposal is not None
    signs.current_sign_decide(engineer, proposal_id=proposal.pk, is_right=False)
    assert signs.current_sign_propose(engineer, model_id=model.pk, series=[])[1] is None
    model.refresh_from_db()
    assert (model.current_sign, CurrentSignProposal.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_signs_are_not_for_those_without_the_grant_nor_for_another_makers_model(
    operator: Person, engineer: Person, stranger: Person, model: VehicleModel
) -> None:
    with pytest.raises(NotPermitted):
        signs.current_sign_propose(operator, model_id=model.pk, series=[trip(1, 1)])
    with pytest.raises(NotFound):
        signs.current_sign_set(stranger, model_id=model.pk, sign=1)
    with pytest.raises(BadInput):
        signs.current_sign_set(engineer, model_id=model.pk, sign=2)
    _, proposal = signs.current_sign_propose(engineer, model_id=model.pk, series=[trip(1, 1)])
    assert proposal is not None
    with pytest.raises(NotFound):
        signs.current_sign_decide(stranger, proposal_id=proposal.pk, is_right=True)
    with pytest.raises(NotPermitted):
        signs.current_sign_decide(operator, proposal_id=proposal.pk, is_right=True)
    model.refresh_from_db()
    assert model.current_sign is None


@pytest.mark.django_db
def test_the_page_of_a_model_detects_and_confirms(
    as_engineer: Client, model: VehicleModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def series_of(vehicle_id: int, start: datetime, stop: datetime) -> Series:
        asked.append(vehicle_id)
        return trip(5, 1)

    monkeypatch.setattr(telemetry, "series_of", series_of)
    as_engineer.post(f"/vehicle-models/{model.pk}/detect-sign/")
    proposal = CurrentSignProposal.objects.get()
    assert asked == [Vehicle.objects.get().vehicle_id]
    assert "待确认" in as_engineer.get(f"/vehicle-models/{model.pk}/").content.decode()
    as_engineer.post(f"/vehicle-models/{model.pk}/signs/{proposal.pk}/", {"right": "1"})
    model.refresh_from_db()
    assert model.current_sign == 1


@pytest.mark.django_db
def test_while_the_store_is_away_detection_says_so(
    as_engineer: Client, model: VehicleModel
) -> None:
    assert as_engineer.post(f"/vehicle-models/{model.pk}/detect-sign/").status_code == 503
    assert not CurrentSignProposal.objects.exists()
