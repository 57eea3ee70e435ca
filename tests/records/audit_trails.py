"""Trails in memory: rows, seals and checkpoints as the verifier takes them, and ways to tamper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from voltward.records.audit_chain import (
    NO_HASH,
    Chains,
    Finding,
    Link,
    Row,
    Seal,
    sealed,
    stream_of,
)
from voltward.records.audit_checkpoints import (
    Line,
    Read,
    StreamHead,
    checkpoint_line,
    key_id,
    line_hash,
    read_lines,
)

SIGNER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
KEYS = {key_id(SIGNER.public_key()): SIGNER.public_key()}
BEGAN_US = 1_773_534_605_000_000


@dataclass
class Trail:
    """What lies in the database (``rows``, ``seals``) and outside it (``lines``)."""

    rows: dict[int, Row] = field(default_factory=dict)
    seals: list[Seal] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    def copy(self) -> Trail:
        return Trail(dict(self.rows), list(self.seals), list(self.lines))

    def findings(self) -> list[Finding]:
        """As the command does: checkpoints first, then links in the order of the database."""
        read = _read(tuple(self.lines))
        seals = sorted(self.seals, key=lambda one: (one.stream, one.number))
        links = [Link(one, self.rows.get(one.row_id)) for one in seals]
        held = {one.row_id for one in seals}
        links += [Link(None, row) for row in self.rows.values() if row.id not in held]
        return read.findings + list(Chains(read.heads).verify(links))


@lru_cache(maxsize=8)
def _read(lines: tuple[bytes, ...]) -> Read:
    """Once for all tamperings of a trail: they leave what lies outside alone."""
    return read_lines((Line(f"f:{n}", one) for n, one in enumerate(lines, 1)), KEYS)


def row(number: int, maker: int | None = None, **changes: object) -> Row:
    made = Row(
        number, BEGAN_US + number * 1_000_000, 7, maker, "vehicle.register", f"Vehicle:{number}",
        "done", "{}", '{"state": "registered"}', "192.0.2.7/32", "ABCD-1234",
    )  # fmt: skip
    return made._replace(**changes)


def chained(rows: list[Row], algorithm: str = "sha256") -> list[Seal]:
    """All rows sealed in the order given, each stream from its beginning."""
    ends: dict[int, tuple[int, bytes]] = {}
    seals = []
    for one in rows:
        after = ends.get(stream_of(one), (0, NO_HASH))
        seal = sealed(stream_of(one), after, one, algorithm, BEGAN_US + len(seals))
        ends[seal.stream] = (seal.number, seal.hash)
        seals.append(seal)
    return seals


def heads(seals: list[Seal]) -> list[StreamHead]:
    last = {one.stream: StreamHead(one.stream, one.number, one.hash) for one in seals}
    return [last[stream] for stream in sorted(last)]


def trail(count: int = 20, algorithm: str = "sha256") -> Trail:
    """``count`` rows in three streams, a checkpoint at each fifth row."""
    rows = [row(10 * number, (None, 1, 2)[number % 3]) for number in range(1, count + 1)]
    made = Trail({one.id: one for one in rows}, chained(rows, algorithm))
    for until in range(5, count + 1, 5):
        previous = line_hash(made.lines[-1]) if made.lines else ""
        at = f"2026-03-15T00:{until // 5:02}:00+00:00"
        made.lines.append(
            checkpoint_line(
                len(made.lines) + 1, previous, at, heads(made.seals[:until]), algorithm, SIGNER
            )
        )
    return made


# ---- ways to tamper; each changes something and leaves the outside checkpoints alone


def _changed(random: Random, value: object) -> object:
    if value is None:
        return random.randrange(1, 9)
    if isinstance(value, int):
        return value + random.choice((-1, 1)) * random.randrange(1, 1000)
    text = str(value)
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice("aZ0 ,:{}\n") + text[at:]


def edit_row(random: Random, it: Trail) -> None:
    edit_column(random, it, random.choice(Row._fields[1:]))


def edit_column(random: Random, it: Trail, name: str) -> None:
    number = random.choice(list(it.rows))
    it.rows[number] = it.rows[number]._replace(
        **{name: _changed(random, getattr(it.rows[number], name))}
    )


def edit_seal(random: Random, it: Trail) -> None:
    place = random.randrange(len(it.seals))
    seal = it.seals[place]
    name = random.choice(("hash", "previous", "sealed_at_us", "algorithm", "number", "stream"))
    value = getattr(seal, name)
    if isinstance(value, bytes):
        octets = bytearray(value)
        octets[random.randrange(32)] ^= 1 << random.randrange(8)
        changed: object = bytes(octets)
    elif name == "algorithm":
        changed = random.choice([one for one in ("sha256", "sm3", "md5") if one != value])
    else:
        changed = _changed(random, value)
    it.seals[place] = seal._replace(**{name: changed})


def delete_row(random: Random, it: Trail) -> None:
    del it.rows[random.choice(list(it.rows))]


def delete_seal(random: Random, it: Trail) -> None:
    del it.seals[random.randrange(len(it.seals))]


def delete_both(random: Random, it: Trail) -> None:
    seal = it.seals.pop(random.randrange(len(it.seals)))
    del it.rows[seal.row_id]


def insert_row(random: Random, it: Trail) -> None:
    number = max(it.rows) + random.randrange(1, 50)
    it.rows[number] = row(number, random.choice((None, 1, 2, 3)))


def insert_between(random: Random, it: Trail) -> None:
    """A row that would have had to be sealed before others were."""
    number = random.randrange(9, 130)
    if number not in it.rows:
        it.rows[number] = row(number, (None, 1, 2)[number % 3])
    else:
        del it.rows[number]


def insert_sealed(random: Random, it: Trail) -> None:
    """A row with a seal of the right form, forced into the middle of a stream."""
    insert_row(random, it)
    added = it.rows[max(it.rows)]
    before = random.choice([one for one in it.seals if one.stream == stream_of(added)] or it.seals)
    after = (before.number - 1, before.previous)
    it.seals.append(sealed(before.stream, after, added, "sha256", BEGAN_US))


def swap_rows(random: Random, it: Trail) -> None:
    one, other = random.sample(list(it.rows), 2)
    first, second = it.rows[one], it.rows[other]
    it.rows[one], it.rows[other] = second._replace(id=one), first._replace(id=other)


def swap_seals(random: Random, it: Trail) -> None:
    one, other = random.sample(range(len(it.seals)), 2)
    first, second = it.seals[one], it.seals[other]
    it.seals[one] = first._replace(row_id=second.row_id)
    it.seals[other] = second._replace(row_id=first.row_id)


def swap_places(random: Random, it: Trail) -> None:
    one, other = random.sample(range(len(it.seals)), 2)
    first, second = it.seals[one], it.seals[other]
    it.seals[one] = first._replace(stream=second.stream, number=second.number)
    it.seals[other] = second._replace(stream=first.stream, number=first.number)


def cut_tail(random: Random, it: Trail) -> None:
    """The newest rows of a stream go, and their seals with them."""
    stream = random.choice([0, 1, 2])
    mine = [one for one in it.seals if one.stream == stream]
    for seal in mine[-random.randrange(1, len(mine) + 1) :]:
        it.seals.remove(seal)
        del it.rows[seal.row_id]


def cut_seals(random: Random, it: Trail) -> None:
    del it.seals[-random.randrange(1, len(it.seals)) :]


def rebuild(random: Random, it: Trail) -> None:
    """After any change to the rows, every seal of every stream is computed anew, as an owner could."""
    random.choice((edit_row, delete_row, insert_between, swap_rows))(random, it)
    it.seals = chained([it.rows[number] for number in sorted(it.rows)])


def rebuild_from(random: Random, it: Trail) -> None:
    """Only what follows the edited row is computed anew."""
    place = random.randrange(len(it.seals))
    edited = it.rows[it.seals[place].row_id]
    it.rows[edited.id] = edited._replace(action=edited.action + "x")
    ends = {one.stream: (one.number, one.hash) for one in it.seals[:place]}
    for at in range(place, len(it.seals)):
        old = it.seals[at]
        again = sealed(
            old.stream, ends.get(old.stream, (0, NO_HASH)), it.rows[old.row_id], old.algorithm,
            old.sealed_at_us or 0,
        )  # fmt: skip
        ends[old.stream], it.seals[at] = (again.number, again.hash), again


TAMPERINGS: tuple[Callable[[Random, Trail], None], ...] = (
    edit_row, edit_seal, delete_row, delete_seal, delete_both, insert_row, insert_sealed, swap_rows,
    swap_seals, swap_places, cut_tail, cut_seals, rebuild, rebuild_from,
)  # fmt: skip
