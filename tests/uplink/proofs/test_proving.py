"""From the proof streams into the store: everything, and each outcome once."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pyarrow as pa
import pytest
from tests.telemetry.ingest.scene import NOON, config_in, frame, report, vin
from tests.uplink.proofs.scene import FailingStore, Scene, entry, frames, number

from voltward.telemetry.client import Client
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.rebuild import rebuild
from voltward.telemetry.ingest.sink import StoreSink, StoreUnwell
from voltward.uplink.proof import ACCEPTED, EXPIRED, REFUSED
from voltward.uplink.proof_store import ProofStore
from voltward.uplink.proving import read_proving_status


def test_an_outcome_lies_in_the_store_under_the_key_of_its_row(scene: Scene) -> None:
    scene.put(*frames(1, 2))
    scene.store_rows()
    scene.prove(
        "national",
        entry(scene.places[0]),
        entry(scene.places[1], at=NOON + 10, outcome=REFUSED, flag=2),
    )
    scene.proving().drain()
    keys = "vehicle_id, toUInt32(collected_at), unit_hash"
    rows = scene.client.query(f"SELECT {keys} FROM rows ORDER BY ALL").result_rows
    found = scene.client.query(f"SELECT {keys} FROM proofs ORDER BY ALL").result_rows
    assert [*map(tuple, found)] == [*map(tuple, rows)]
    assert [one[-1] for one in scene.proofs()] == [ACCEPTED, REFUSED]
    ((stream, position, sent_ms, proof),) = scene.client.query(
        "SELECT stream, position, sent_ms, proof > 0 FROM proofs WHERE outcome = 2"
    ).result_rows
    assert (stream, position, sent_ms, proof) == (0, scene.places[1].number, (NOON + 12) * 1000, 1)


def test_every_link_has_its_own_outcome_of_a_frame(scene: Scene) -> None:
    scene.put(*frames(1, 1))
    scene.prove("national", entry(scene.places[0]))
    scene.prove("local", entry(scene.places[0], outcome=REFUSED))
    scene.proving().drain()
    assert [(one[0], one[-1]) for one in scene.proofs()] == [
        ("local", REFUSED),
        ("national", ACCEPTED),
    ]


@pytest.mark.parametrize("before", [True, False])
def test_a_kill_round_the_insert_neither_loses_nor_doubles_a_row(
    scene: Scene, before: bool
) -> None:
    scene.put(*frames(1, 5))
    scene.prove(
        "national", *(entry(place, at=NOON + 10 * k) for k, place in enumerate(scene.places))
    )
    killed = scene.proving(FailingStore(scene.connect, before=before))
    with pytest.raises(ConnectionError):
        killed.step()
    scene.prove(
        "national", entry(scene.places[0], outcome=REFUSED)
    )  # more lies there at the next start
    scene.proving().drain()
    assert len(scene.proofs()) == 5
    assert scene.on_disk() <= 6


class ForgetsItsPlan(FailingStore):
    """As a follower that wrote down no range: whatever it inserts, the token is another one."""

    number = 0

    def insert(self, rows: pa.Table, token: str) -> None:
        ForgetsItsPlan.number += 1
        super().insert(rows, f"{token}{ForgetsItsPlan.number}")


def test_without_the_written_range_the_block_would_lie_there_twice(scene: Scene) -> None:
    scene.put(*frames(1, 5))
    scene.prove(
        "national", *(entry(place, at=NOON + 10 * k) for k, place in enumerate(scene.places))
    )
    scene.client.command("SYSTEM STOP MERGES proofs")
    killed = scene.proving(ForgetsItsPlan(scene.connect))
    with pytest.raises(ConnectionError):
        killed.step()
    scene.proving(ForgetsItsPlan(scene.connect, before=False)).tried()
    assert scene.on_disk() == 10  # the broken build
    assert len(scene.proofs()) == 5  # which the key still sees through


def test_while_the_store_is_away_it_waits_and_loses_nothing(scene: Scene, tmp_path: Path) -> None:
    scene.put(*frames(1, 1))
    scene.prove("national", entry(scene.places[0]))
    is_away = [True]

    def connect() -> Client:
        if is_away:
            raise ConnectionError("refused")
        return scene.connect()

    proving = scene.proving(ProofStore(connect))
    assert proving.tried() is None
    with pytest.raises(StoreUnwell):
        proving.step()
    is_away.clear()
    assert proving.tried()
    assert len(scene.proofs()) == 1
    stopping = Event()
    stopping.set()
    proving.run(stopping)
    proving._report()
    status = read_proving_status(proving.config.status_file)
    assert status is not None
    assert (status["fault"], status["totals"]) == ("", {"proofs": 1, "faults": 0})


def test_an_accepted_content_stays_accepted_else_the_newest_outcome_wins(scene: Scene) -> None:
    scene.put(report(vin(1), NOON), report(vin(1), NOON, command=3), *frames(1, 1, NOON + 60))
    first, again, other = scene.places
    scene.prove("national", entry(first, outcome=ACCEPTED))
    scene.prove("national", entry(again, outcome=REFUSED, flag=2))  # the same content, as reissue
    scene.prove("national", entry(other, at=NOON + 60, outcome=EXPIRED))
    scene.prove("national", entry(other, at=NOON + 60, outcome=REFUSED, flag=2))  # sent on request
    scene.proving().drain()
    assert [one[-1] for one in scene.proofs()] == [ACCEPTED, REFUSED]


def test_the_key_of_a_frame_with_a_broken_clock_is_that_of_its_row(scene: Scene) -> None:
    scene.put(frame(vin(1), b"\x1a\x0d\x01\x00\x00\x00" + b"\x01" + bytes(20)))  # month 13
    scene.store_rows()
    scene.prove(
        "national", entry(scene.places[0], at=NOON, outcome=EXPIRED)
    )  # said to be of its receipt
    scene.proving().drain()
    assert scene.client.query(
        "SELECT toUInt32(collected_at), toString(day) FROM proofs"
    ).result_rows == [(0, "1970-01-01")]


def test_a_frame_that_left_the_journal_is_found_by_its_row(scene: Scene) -> None:
    scene.put(*frames(1, 1))
    scene.store_rows()
    gone = entry(scene.places[0])
    for path in (scene.journal.folder / "gateway-0").glob("0*"):
        path.rename(path.with_suffix(".gone"))
    scene.prove("national", gone)
    scene.proving().drain()
    assert scene.client.query(
        "SELECT unit_hash IN (SELECT unit_hash FROM rows) FROM proofs"
    ).result_rows == [(1,)]


def test_what_is_found_nowhere_stands_for_itself(scene: Scene) -> None:
    scene.put(*frames(1, 1))
    place = scene.places[0]
    nowhere = entry(place, at=NOON + 999, position=place.number + 1)
    login = entry(place, at=NOON, command=1, position=77)
    scene.prove("national", nowhere, login)
    scene.proving().drain()
    found = scene.client.query("SELECT command, unit_hash FROM proofs ORDER BY command").result_rows
    assert [*map(tuple, found)] == [(1, 77), (2, place.number + 1)]


def test_what_cannot_be_read_is_counted_and_holds_up_nothing(scene: Scene) -> None:
    scene.put(*frames(1, 1))
    scene.put_odd("national", b"no proof")
    scene.prove("national", entry(scene.places[0], outcome=9))  # no outcome of this release
    proving = scene.proving()
    proving.drain()
    proving.drain()  # an empty table behind a checkpoint is no reason to begin anew for ever
    scene.prove("national", entry(scene.places[0]))
    proving.drain()
    assert len(scene.proofs()) == 1
    assert proving.state.totals == {"proofs": 1, "faults": 2}


def test_a_store_made_anew_gets_all_proofs_again(scene: Scene, tmp_path: Path) -> None:
    scene.put(*frames(1, 3))
    scene.store_rows()
    scene.prove(
        "national", *(entry(place, at=NOON + 10 * k) for k, place in enumerate(scene.places))
    )
    scene.proving().drain()
    sink = StoreSink(scene.connect)
    rebuild(config_in(tmp_path), sink, tmp_path / "archive")
    sink.close()
    assert scene.on_disk() == 0
    scene.proving().drain()
    assert len(scene.proofs()) == 3


def test_a_damaged_state_begins_anew_and_changes_nothing(scene: Scene) -> None:
    scene.put(*frames(1, 2))
    scene.prove(
        "national", *(entry(place, at=NOON + 10 * k) for k, place in enumerate(scene.places))
    )
    proving = scene.proving()
    proving.drain()
    before = scene.proofs()
    proving.config.state_file.write_bytes(b"00000000\n{}")
    with pytest.raises(states.StateDamaged):
        states.load(proving.config.state_file)
    scene.proving().drain()
    assert scene.proofs() == before


def test_no_vin_is_in_the_store(scene: Scene) -> None:
    scene.put(*frames(1, 1))
    scene.prove("national", entry(scene.places[0]))
    scene.proving().drain()
    (row,) = scene.client.query("SELECT * FROM proofs").result_rows
    assert vin(1) not in str(row)
    assert number(1) in row
