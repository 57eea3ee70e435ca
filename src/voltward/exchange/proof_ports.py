"""What the vehicle side tells the pages of uploads; ``entry/`` hands it in at start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from voltward.base.errors import BadSetting
from voltward.uplink.links import LinksFile


@dataclass(frozen=True)
class ProofPorts:
    """Each of them answers whether or not an uplink ever ran here.

    ``links``: without secrets. ``vehicles``: rows of ``uplink.links.VEHICLE``. ``began_ms(link)``:
    unix ms from which on frames are owed, 0 unknown. ``status(link)``: the uplink's own words, None
    none. ``proving``: how far the proofs are in the store. ``place(stream, position)``: of a row's frame
    in the journal, as text; empty: no such stream is there.
    """

    links: Callable[[], LinksFile]
    vehicles: Callable[[], NDArray[Any]]
    began_ms: Callable[[str], int]
    status: Callable[[str], Mapping[str, Any] | None]
    proving: Callable[[], Mapping[str, Any] | None]
    place: Callable[[int, int], str]


_handed_in: list[ProofPorts] = []


def hand_in(ports: ProofPorts) -> None:
    _handed_in[:] = [ports]


def proof_ports() -> ProofPorts:
    """
    Raises:
        BadSetting: the process that serves pages did not hand them in.
    """
    if not _handed_in:
        raise BadSetting("the ports of the proofs of upload were not handed in")
    return _handed_in[0]
