"""Who alarms more often than its peers: own model, not of a standard (docs/watch.md).

Peers are the other vehicles of the same model and usage. Their episodes are taken as Poisson with a
rate of each vehicle's own, spread over the group as a gamma distribution whose two numbers are fitted
by moments without the vehicle in question. What the vehicle did is then compared with what such a
group leaves to expect: the exact tail of the negative binomial. Among all that were compared the
false discovery rate is held by Benjamini and Hochberg.

A few bad ones would widen the gamma and hide one another. So the group is fitted without its highest
twentieth first, and then twice without those whose tail lay below ``SET_APART``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voltward.monitoring.watching import NO, UNKNOWN, YES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SET_APART: Final = 1e-3
HIGHEST: Final = 0.05  # share of a group that is left out of the first fit
_ROUNDS: Final = 3
_ENOUGH: Final = 1e-12  # what further terms of a tail add, relative


@dataclass(frozen=True)
class Frequent:
    """For ``(n,)`` vehicles. ``tail``, ``expected``, ``ratio`` are NaN where nothing was tested.

    ``peers``: how many the vehicle was compared with. ``ratio``: observed over expected.
    """

    answer: NDArray[np.int8]
    peers: Ints
    expected: Floats
    ratio: Floats
    tail: Floats


def frequent(
    episodes: Ints, exposure: Floats, group: Ints,
    *, least_episodes: int, least_peers: int, least_ratio: float, false_share: float,
) -> Frequent:  # fmt: skip
    """``exposure``: of each vehicle in windows, above zero, or it is not counted; ``group``: from 0 on."""
    counted = exposure > 0
    peers = np.bincount(group, counted, int(group.max()) + 1 if group.size else 0)[group].astype(
        np.int64
    )
    peers = np.maximum(peers - counted, 0)
    answer = np.where(counted & (peers >= least_peers), NO, UNKNOWN).astype(np.int8)
    tested = np.flatnonzero((answer == NO) & (episodes >= least_episodes))
    apart = _highest(episodes, exposure, group, counted)
    for _round in range(_ROUNDS):
        shape, rate = _fitted(episodes, exposure, group, counted & ~apart, tested, ~apart[tested])
        tails = [
            _tail(int(episodes[i]), a, b, float(exposure[i]))
            for i, a, b in zip(tested, shape, rate, strict=True)
        ]
        apart[:] = False
        apart[tested] = np.array(tails, np.float64) < SET_APART
    expected, ratio, tail = (np.full(episodes.size, np.nan) for _ in range(3))
    tail[tested] = tails
    expected[tested] = shape / rate * exposure[tested]
    ratio[tested] = episodes[tested] / expected[tested]
    compared = int((answer == NO).sum())
    beyond = tested[
        _discovered(tail[tested], compared, false_share) & (ratio[tested] >= least_ratio)
    ]
    answer[beyond] = YES
    return Frequent(answer, peers, expected, ratio, tail)


def _highest(
    episodes: Ints, exposure: Floats, group: Ints, counted: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The vehicles of each group with the highest rates."""
    rate = np.where(counted, episodes / np.where(counted, exposure, 1.0), -1.0)
    order = np.lexsort((-rate, group))
    sizes = np.bincount(group[counted], minlength=int(group.max()) + 1 if group.size else 0)
    first = np.searchsorted(group[order], np.arange(sizes.size))
    found = np.zeros(episodes.size, np.bool_)
    found[order] = np.arange(order.size) - first[group[order]] < sizes[group[order]] * HIGHEST
    return found & counted


def _fitted(
    episodes: Ints, exposure: Floats, group: Ints, counted: NDArray[np.bool_], of: Ints,
    is_in: NDArray[np.bool_],
) -> tuple[Floats, Floats]:  # fmt: skip
    """Shape and rate of the gamma of each vehicle's peers, ``(len(of),)``, the vehicle left out.

    Without more spread than chance gives, or without any episode, it is what is known of the peers'
    common rate (half an episode added, so that none at all is not taken as proof of never).
    """
    n, e = np.where(counted, episodes, 0).astype(np.float64), np.where(counted, exposure, 0.0)
    size = int(group.max()) + 1 if group.size else 0
    own = np.where(is_in, 1.0, 0.0)
    sums = []
    for values in (n, e, n * n, n * e, e * e):
        sums.append(np.bincount(group, values, size)[group[of]] - own * values[of])
    total, windows, squares, mixed, square_windows = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / windows
        spread = squares - 2 * mean * mixed + mean**2 * square_windows - mean * windows
        spread = spread / square_windows
        wide = (spread > 0) & (mean > 0)
        shape, rate = mean**2 / spread, mean / spread
    # the common rate is known no better than its own count tells
    wide &= shape < total + 0.5
    return np.where(wide, shape, total + 0.5), np.where(wide, rate, np.maximum(windows, 1e-9))


def _tail(episodes: int, shape: float, rate: float, exposure: float) -> float:
    """P(N >= ``episodes``) of the negative binomial that gamma(shape, rate) and exposure make."""
    share = exposure / (rate + exposure)
    log = math.lgamma(episodes + shape) - math.lgamma(shape) - math.lgamma(episodes + 1)
    log += shape * math.log(rate / (rate + exposure)) + episodes * math.log(share)
    term = total = math.exp(log)
    k = episodes
    while True:
        step = (k + shape) / (k + 1) * share
        term *= step
        total += term
        k += 1
        if step < 1 and term <= _ENOUGH * total * (1 - step):
            return min(total, 1.0)


def _discovered(tails: Floats, compared: int, false_share: float) -> NDArray[np.bool_]:
    """Benjamini and Hochberg: which are discoveries.

    ``compared``: how many vehicles there were. Those with few episodes were not reckoned but count:
    whoever is picked for many episodes has a small tail already.
    """
    if tails.size == 0:
        return np.zeros(0, np.bool_)
    ordered = np.sort(tails)
    below = ordered <= false_share * np.arange(1, tails.size + 1) / compared
    return np.asarray(tails <= (ordered[np.flatnonzero(below)[-1]] if below.any() else -1.0))
