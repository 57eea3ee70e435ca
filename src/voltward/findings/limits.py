"""The limit book: which limits hold for which vehicle on which day, and the files it comes from.

The office writes two files, the engine looks for newer ones every second or so:
``limits.json`` (groups of vehicles, each with its revisions by date) and ``limit_groups.bin`` (which
vehicle belongs to which group). Without them every vehicle is judged by the detectors' own defaults.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.durable import replace_durably
from voltward.base.errors import BadInput
from voltward.findings.detector import Detector, Limits
from voltward.findings.kernel import kernel

Array = NDArray[Any]

VERSION: Final = 1
BOOK_FILE, GROUPS_FILE = "limits.json", "limit_groups.bin"
BUILTIN: Final = "builtin"
MAGIC: Final = b"VWLIM\x00\x00\x01"
_HEADER = struct.Struct("<8sQQI")


@dataclass(frozen=True, slots=True)
class Revision:
    """Limits from ``effective_from`` (unix s) on. ``values`` by key; the rest are defaults."""

    name: str
    effective_from: int
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Vehicles judged alike. ``facts``: numbers of the battery type and model, by ``facts.<name>``;
    ``chemistry``: code of GB/T 32960.3 annex A.2, "" unknown. ``revisions``: by date, the first from 0.
    """

    name: str
    chemistry: str = ""
    facts: Mapping[str, float] = field(default_factory=dict)
    revisions: tuple[Revision, ...] = (Revision(BUILTIN, 0),)


@dataclass(frozen=True, slots=True)
class BookFile:
    """What ``limits.json`` holds. Group 0 is for vehicles of which no group is known."""

    generation: int
    groups: tuple[Group, ...] = (Group("default"),)


def write_book(folder: Path, book: BookFile) -> None:
    """Replace the file in one step.

    Raises:
        BadInput: no group, or revisions that do not begin at 0 and rise.
    """
    if not book.groups:
        raise BadInput("limit book: no group; expected at least the default one")
    for group in book.groups:
        begins = [revision.effective_from for revision in group.revisions]
        if not begins or begins[0] != 0 or sorted(set(begins)) != begins:
            raise BadInput(
                f"limit group {group.name}: revisions from {begins}, expected from 0, rising"
            )
    body = json.dumps(
        {
            "version": VERSION,
            "generation": book.generation,
            "groups": [
                {
                    "name": group.name,
                    "chemistry": group.chemistry,
                    "facts": dict(group.facts),
                    "revisions": [
                        {
                            "name": one.name,
                            "effective_from": one.effective_from,
                            "values": dict(one.values),
                        }
                        for one in group.revisions
                    ],
                }
                for group in book.groups
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    folder.mkdir(parents=True, exist_ok=True)
    replace_durably(folder / BOOK_FILE, b"%08x\n" % zlib.crc32(body) + body)


def read_book(folder: Path) -> BookFile:
    """
    Raises:
        FileNotFoundError: none was written.
        BadInput: not a book of this version, or damaged.
    """
    path = folder / BOOK_FILE
    check, _, body = path.read_bytes().partition(b"\n")
    if check != b"%08x" % zlib.crc32(body):
        raise BadInput(f"{path}: checksum does not fit")
    try:
        found = json.loads(body)
        if found["version"] != VERSION:
            raise BadInput(f"{path}: version {found['version']}, expected {VERSION}")
        groups = tuple(
            Group(
                one["name"],
                one["chemistry"],
                one["facts"],
                tuple(
                    Revision(r["name"], r["effective_from"], r["values"]) for r in one["revisions"]
                ),
            )
            for one in found["groups"]
        )
        return BookFile(found["generation"], groups)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: {type(error).__name__}: {error}") from error


def write_groups(folder: Path, generation: int, members: Iterable[tuple[int, int]]) -> None:
    """``members``: vehicle number (as in the store) and the number of its group in the book."""
    pairs = sorted(members)
    ids = np.array([vehicle & 0xFFFF_FFFF_FFFF_FFFF for vehicle, _ in pairs], "<u8")
    groups = np.array([group for _, group in pairs], "<u4")
    order = np.argsort(ids, kind="stable")
    body = ids[order].tobytes() + groups[order].tobytes()
    head = _HEADER.pack(MAGIC, generation, len(pairs), zlib.crc32(body))
    folder.mkdir(parents=True, exist_ok=True)
    replace_durably(folder / GROUPS_FILE, head + body)


def read_groups(folder: Path) -> tuple[int, Array, Array]:
    """Generation, vehicle numbers u8 ``(n,)`` rising, their groups u4 ``(n,)``.

    Raises:
        FileNotFoundError: none was written.
        BadInput: damaged.
    """
    path = folder / GROUPS_FILE
    data = path.read_bytes()
    if len(data) < _HEADER.size:
        raise BadInput(f"{path}: {len(data)} bytes, expected at least {_HEADER.size}")
    magic, generation, size, check = _HEADER.unpack_from(data)
    body = data[_HEADER.size :]
    if magic != MAGIC or len(body) != 12 * size or zlib.crc32(body) != check:
        raise BadInput(f"{path}: not a file of limit groups, or damaged")
    ids = np.frombuffer(body, "<u8", size)
    return generation, ids, np.frombuffer(body, "<u4", size, 8 * size)


def defaults_of(detector: Detector, chemistry: str) -> dict[str, float]:
    """Every limit of a detector by key, as it holds where nobody has said otherwise."""
    return {
        detector.limit_key(k): limit.by_chemistry.get(chemistry, limit.default)
        for k, limit in enumerate(detector.limits)
    }


class LimitBook:
    """The book in force, as arrays. Revisions of all groups stand one behind the other."""

    def __init__(
        self,
        detectors: Sequence[Detector],
        book: BookFile | None = None,
        vehicles: Array | None = None,
        groups: Array | None = None,
    ) -> None:
        self.book = book or BookFile(0)
        self._vehicles = np.empty(0, np.uint64) if vehicles is None else vehicles
        self._groups = np.empty(0, np.uint32) if groups is None else groups
        rows = [(group, one) for group in self.book.groups for one in group.revisions]
        self._names = [one.name for _, one in rows]
        self._begins = np.array([one.effective_from for _, one in rows], np.int64)
        counts = [len(group.revisions) for group in self.book.groups]
        self._first = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        self._tables = {one.name: _table(one, rows) for one in detectors}

    @classmethod
    def load(cls, folder: Path, detectors: Sequence[Detector]) -> LimitBook:
        """
        Raises:
            FileNotFoundError, BadInput: see ``read_book``.
        """
        book = read_book(folder)
        try:
            _, vehicles, groups = read_groups(folder)
        except FileNotFoundError:
            vehicles, groups = np.empty(0, np.uint64), np.empty(0, np.uint32)
        known = len(book.groups)
        return cls(detectors, book, vehicles, np.where(groups < known, groups, 0))

    def groups_of(self, vehicles: Array) -> Array:
        """i4 ``(n,)``: the group of each vehicle number; 0 for those that no group has."""
        if not self._vehicles.size:
            return np.zeros(vehicles.size, np.int32)
        at = np.searchsorted(self._vehicles, vehicles)
        at = np.minimum(at, self._vehicles.size - 1)
        return np.where(self._vehicles[at] == vehicles, self._groups[at], 0).astype(np.int32)

    def rows_of(self, group: Array, time_s: Array) -> Array:
        """i4 ``(n,)``: the revision that held for each row's group at its collection time."""
        out = np.empty(group.size, np.int32)
        _in_force(group, time_s, self._first, self._begins, out)
        return out

    def limits(self, detector: Detector, of_row: Array) -> Limits:
        return Limits(self._tables[detector.name], of_row)

    def revision(self, row: int) -> str:
        """The name of a revision by its row."""
        return self._names[row]


def _table(detector: Detector, rows: Sequence[tuple[Group, Revision]]) -> Array:
    """f8 ``(revisions, limits + facts)``."""
    table = np.full((len(rows), len(detector.limits) + len(detector.facts)), np.nan)
    for i, (group, revision) in enumerate(rows):
        values = {**defaults_of(detector, group.chemistry), **revision.values}
        for k in range(len(detector.limits)):
            table[i, k] = values[detector.limit_key(k)]
        for k, name in enumerate(detector.facts, len(detector.limits)):
            table[i, k] = group.facts.get(name, np.nan)
    return table


@kernel()
def _in_force(group, time_s, first, begins, out):  # type: ignore[no-untyped-def]
    for i in range(group.size):
        row = first[group[i] + 1] - 1
        while row > first[group[i]] and begins[row] > time_s[i]:
            row -= 1
        out[i] = row
