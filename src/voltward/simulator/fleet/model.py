"""The fleet as arrays over cars, moved in steps; the same seed and steps give the same values."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voltward.simulator.fleet import activity as acts
from voltward.simulator.fleet import motion, pack
from voltward.simulator.fleet.cars import CELLS, Car
from voltward.simulator.fleet.reports import Reports

Floats = NDArray[np.float64]

_AWAKE_AFTER_S = 180.0  # GB/T 32960.3 Annex B: reports go on for 3 minutes after power-off
_WAKE_EACH_S = 2.5 * 3600
_WAKE_FOR_S = 60.0
_AUX_W = 850.0
_CHARGER_AUX_W = 350.0
_TAPER_FROM_PCT = 80.0
_DAY_S = 86_400.0


@dataclass
class State:
    """Everything that changes, (n,) each. Times are unix seconds."""

    time_s: Floats
    step: Floats
    activity: NDArray[np.int64]
    until_s: Floats
    awake_until_s: Floats
    soc_pct: Floats
    odometer_km: Floats
    speed_kmh: Floats
    target_kmh: Floats
    heading: Floats
    longitude_deg: Floats
    latitude_deg: Floats
    current_a: Floats
    slow_v: Floats
    temp_c: Floats
    charge_w: Floats
    charge_to_pct: Floats


class Fleet:
    """``cars`` in motion. ``step()`` moves all of them and returns the reports of the awake."""

    def __init__(self, seed: int, cars: list[Car], start_s: float) -> None:
        self.seed = seed
        self.cars = cars
        self.packs = pack.build_packs(seed, cars)
        self._mass_kg = np.array([car.model.mass_kg for car in cars])
        self._home = (
            np.array([car.home_longitude_deg for car in cars]),
            np.array([car.home_latitude_deg for car in cars]),
        )
        self._phase_s = np.array([car.phase_s for car in cars], np.float64)
        self.state = self._first_state(start_s)

    @property
    def time_s(self) -> float:
        """Unix time that the fleet stands at, without the cars' phases."""
        return float(self.state.time_s[0])

    def step(self, dt_s: float) -> Reports:
        """Move by ``dt_s`` seconds."""
        state = self.state
        rng = np.random.default_rng([self.seed, 2, int(state.step[0])])
        state.time_s = state.time_s + dt_s
        state.step = state.step + 1
        self._change_activity(dt_s, rng)
        self._drive(dt_s, rng)
        self._charge_and_discharge(dt_s)
        return self._reports(rng)

    def skip_to(self, time_s: float) -> None:
        """Stand still until ``time_s``, then go on: nobody watched, so nothing happened."""
        state = self.state
        behind_s = time_s - state.time_s
        state.time_s = state.time_s + behind_s
        state.until_s = state.until_s + behind_s
        state.awake_until_s = state.awake_until_s + behind_s

    def save(self, path: Path) -> None:
        """Write the state to ``path``; never half of it."""
        fresh = path.with_suffix(".part.npz")
        np.savez(fresh, **asdict(self.state))
        fresh.replace(path)

    def load(self, path: Path) -> bool:
        """Take up the state in ``path``; False when it is of another fleet or cannot be read."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                state = State(**{field.name: saved[field.name] for field in fields(State)})
        except (OSError, ValueError, KeyError):
            return False
        if any(len(value) != len(self.cars) for value in asdict(state).values()):
            return False
        self.state = state
        return True

    def _first_state(self, start_s: float) -> State:
        size = len(self.cars)
        rng = np.random.default_rng([self.seed, 3])
        doing = rng.choice(3, size, p=(0.6, 0.28, 0.12)).astype(np.int64)
        charge_w, charge_to_pct = acts.charge_plans(size, rng)
        soc_pct = np.where(
            doing == acts.CHARGING, rng.uniform(20, 70, size), rng.uniform(35, 95, size)
        )
        until_s = start_s + acts.durations_s(doing, start_s, rng) * rng.random(size)
        return State(
            time_s=np.full(size, float(start_s)),
            step=np.zeros(size),
            activity=doing,
            until_s=until_s,
            awake_until_s=np.where(doing == acts.PARKED, 0.0, np.inf),
            soc_pct=soc_pct,
            odometer_km=np.round(rng.gamma(2.0, 14_000.0, size), 1),
            speed_kmh=np.zeros(size),
            target_kmh=np.zeros(size),
            heading=rng.uniform(0, 2 * np.pi, size),
            longitude_deg=self._home[0] + rng.normal(0, 0.03, size),
            latitude_deg=self._home[1] + rng.normal(0, 0.03, size),
            current_a=np.zeros(size),
            slow_v=np.zeros(size),
            temp_c=self._ambient_c(start_s) + rng.uniform(0, 6, size),
            charge_w=charge_w,
            charge_to_pct=charge_to_pct,
        )

    def _ambient_c(self, time_s: float) -> Floats:
        """(n,) by hour and latitude; a mild season."""
        of_day = (time_s + 8 * 3600) % _DAY_S / _DAY_S
        ambient_c: Floats = 34.0 - 0.45 * self._home[1] + 5.0 * np.sin(2 * np.pi * (of_day - 0.375))
        return ambient_c

    def _change_activity(self, dt_s: float, rng: np.random.Generator) -> None:
        state, size = self.state, len(self.cars)
        now_s = self.time_s
        following = acts.next_activity(
            state.activity, now_s >= state.until_s, state.soc_pct, state.charge_to_pct
        )
        changed = following != state.activity
        lasting_s = acts.durations_s(following, now_s, rng)
        charge_w, charge_to_pct = acts.charge_plans(size, rng)
        plugged = changed & (following == acts.CHARGING)
        state.until_s = np.where(changed, now_s + lasting_s, state.until_s)
        state.charge_w = np.where(plugged, charge_w, state.charge_w)
        state.charge_to_pct = np.where(plugged, charge_to_pct, state.charge_to_pct)
        parked = following == acts.PARKED
        woken = parked & (rng.random(size) < dt_s / _WAKE_EACH_S) & (now_s > state.awake_until_s)
        awake = np.where(changed & parked, now_s + _AWAKE_AFTER_S, state.awake_until_s)
        awake = np.where(woken, now_s + _WAKE_FOR_S, awake)
        state.awake_until_s = np.where(parked, np.where(np.isinf(awake), now_s, awake), np.inf)
        state.activity = following

    def _drive(self, dt_s: float, rng: np.random.Generator) -> None:
        state = self.state
        driving = state.activity == acts.DRIVING
        before_kmh = state.speed_kmh
        target_kmh = motion.targets_kmh(state.target_kmh, dt_s, rng)
        speed_kmh = motion.speeds_kmh(before_kmh, target_kmh, dt_s, rng)
        from_home = (state.longitude_deg - self._home[0], state.latitude_deg - self._home[1])
        heading = motion.headings(state.heading, from_home, state.latitude_deg, dt_s, rng)
        # kept to 0.1 km/h, as it is reported
        state.speed_kmh = np.where(driving, np.round(speed_kmh, 1), 0.0)
        state.target_kmh = np.where(driving, target_kmh, 0.0)
        state.heading = np.where(driving, heading, state.heading)
        distance_m = np.where(driving, (state.speed_kmh + before_kmh) / 7.2 * dt_s, 0.0)
        state.odometer_km = state.odometer_km + distance_m / 1000
        state.longitude_deg, state.latitude_deg = motion.moved(
            state.longitude_deg, state.latitude_deg, state.heading, distance_m
        )
        drive_w = motion.battery_power_w(state.speed_kmh, before_kmh, self._mass_kg, dt_s) + _AUX_W
        taper = np.clip((103.0 - state.soc_pct) / (103.0 - _TAPER_FROM_PCT), 0.08, 1.0)
        charge_w = _CHARGER_AUX_W - state.charge_w * taper
        power_w = np.select([driving, state.activity == acts.CHARGING], [drive_w, charge_w], 0.0)
        state.current_a = np.round(power_w / self._pack_v(), 1)

    def _pack_v(self) -> Floats:
        rest = pack.rest_voltages_v(self.packs, self.state.soc_pct[:, None])
        whole_v: Floats = rest[:, 0] * CELLS
        return whole_v

    def _charge_and_discharge(self, dt_s: float) -> None:
        state = self.state
        moved_pct = state.current_a * dt_s / 3600 / self.packs.capacity_ah * 100
        state.soc_pct = np.clip(state.soc_pct - moved_pct, 2.0, 100.0)
        state.slow_v = pack.relaxed_v(self.packs, state.slow_v, state.current_a, dt_s)
        ambient_c = self._ambient_c(self.time_s)
        state.temp_c = pack.warmed_c(self.packs, state.temp_c, state.current_a, ambient_c, dt_s)

    def _reports(self, rng: np.random.Generator) -> Reports:
        state = self.state
        awake = np.flatnonzero(self.time_s <= state.awake_until_s)
        packs = pack.take(self.packs, awake)
        cells_v = pack.cell_voltages_v(
            packs, state.soc_pct[awake], state.current_a[awake], state.slow_v[awake], rng
        )
        wandering = rng.normal(1.0, 0.01, len(awake))
        return Reports(
            car=awake,
            collected_at=(state.time_s + self._phase_s)[awake].astype(np.int64),
            activity=state.activity[awake],
            speed_kmh=state.speed_kmh[awake],
            odometer_km=state.odometer_km[awake],
            current_a=state.current_a[awake],
            soc_pct=state.soc_pct[awake],
            longitude_deg=state.longitude_deg[awake],
            latitude_deg=state.latitude_deg[awake],
            insulation_kohm=np.round(packs.insulation_kohm * wandering),
            temp_c=state.temp_c[awake],
            total_voltage_v=np.round(cells_v.sum(axis=1) + packs.voltage_bias_v, 1),
            cells_v=cells_v,
            probes_c=pack.probe_temps_c(packs, state.temp_c[awake], rng),
        )
