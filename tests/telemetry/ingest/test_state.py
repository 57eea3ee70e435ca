"""State files, plans and the follower: small parts that everything hangs on."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.telemetry.ingest.scene import FRAME, NOISE, NOON, Journal, report, vin

from voltward.base.errors import BadInput
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest.batch import batch_of
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.follow import Follower
from voltward.telemetry.ingest.plan import Plan, Range, plan_from_json, plan_to_json
from voltward.telemetry.ingest.state import State, StateDamaged, load, only_one, save
from voltward.telemetry.ingest.streams import stream_number, streams_numbered

positions = st.builds(Position, st.just("gateway-0"), st.integers(0, 9), st.integers(0, 1 << 20))
ranges = st.builds(Range, st.just("gateway-0"), positions, positions)
plans = st.builds(
    Plan,
    st.integers(1, 5),
    st.lists(ranges, max_size=3).map(tuple),
    st.integers(0, 9),
    st.lists(st.integers(0, 99), max_size=4).map(tuple),
    st.booleans(),
)


@given(plans)
def test_a_plan_comes_back_from_its_file_with_the_same_token(plan):
    again = plan_from_json(json.loads(json.dumps(plan_to_json(plan))))
    assert again == plan
    assert again.token == plan.token


def test_tokens_tell_plans_apart_by_content_and_not_by_tries():
    at = [Position("gateway-0", 0, offset) for offset in (1024, 2048, 4096)]
    plan = Plan(1, (Range("gateway-0", at[0], at[1]),))
    assert plan.tried_again().token == plan.by_pieces().token == plan.token
    others = [
        Plan(2, plan.ranges),
        Plan(1, (Range("gateway-0", at[0], at[2]),)),
        Plan(1, (Range("gateway-1", Position("gateway-1", 0, 1024), at[1]),)),
        plan.without({3}),
    ]
    assert len({plan.token, *(other.token for other in others)}) == 5


def test_a_state_comes_back_and_a_damaged_one_is_refused(tmp_path):
    path = tmp_path / "main.state"
    assert load(path) == State()
    at = Position("gateway-0", 3, 4096)
    state = State(2, {"gateway-0": at}, Plan(2, (Range("gateway-0", at, at),)), {"rows": 7})
    save(path, state)
    assert load(path) == state
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(StateDamaged, match="checksum"):
        load(path)


def test_finishing_a_plan_moves_the_checkpoint_and_the_totals_together():
    at, behind = Position("gateway-0", 0, 1024), Position("gateway-0", 0, 2048)
    state = State(totals={"rows": 1}).planned(Plan(1, (Range("gateway-0", at, behind),)))
    done = state.finished({"rows": 2, "noise": 1})
    assert done == State(1, {"gateway-0": behind}, None, {"rows": 3, "noise": 1})


def test_one_lock_one_processor(tmp_path):
    from voltward.telemetry.ingest.state import ProcessorRuns

    lock = tmp_path / "main.lock"
    with only_one(lock), pytest.raises(ProcessorRuns, match="runs this processor"), only_one(lock):
        pass
    with only_one(lock):
        pass


def test_a_processors_own_streams_are_never_followed(tmp_path):
    config = ProcessorConfig(tmp_path, tmp_path, bytes(32), streams=("*",))
    assert config.follows("gateway-3")
    assert not config.follows(config.quarantine_stream)
    with pytest.raises(BadInput):
        ProcessorConfig(tmp_path, tmp_path, bytes(32), name="../main")


def test_stream_numbers_are_the_gateways_and_lead_back():
    assert [stream_number(f"gateway-{n}") for n in (0, 7, 12345)] == [0, 7, 12345]
    others = ["gateway-07", "gateway-40000", "imported", "gateway-a-1"]
    assert all(stream_number(name) >= 1 << 15 for name in others)
    assert streams_numbered(7, ["gateway-7", "gateway-07", "x"]) == ["gateway-7"]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Two streams, one of two segments, with noise between the frames."""
    folder = tmp_path_factory.mktemp("mixed") / "journal"
    one, other = Journal(folder, "gateway-0"), Journal(folder, "gateway-1")
    for n in range(30):
        one.put([report(vin(1), NOON + n)])
        if n % 3 == 0:
            one.put([b"\x01noise"], NOISE)
        if n == 15:
            one.writer.seal()
        if n < 10:
            other.put([report(vin(2), NOON + n)])
    one.close()
    other.close()
    return folder


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60))
def test_plans_cover_every_record_once_whatever_their_size(mixed, rows):
    seen: list[tuple[str, int]] = []
    checkpoint: dict[str, Position] = {}
    with JournalReader(mixed) as reader:
        follower = Follower(reader, lambda stream: True, rows)
        while parts := follower.next_parts(checkpoint):
            batch = batch_of(parts)
            assert len(batch) <= rows
            seen += [
                (part.range.stream, int(at)) for part in parts for at in part.records.positions
            ]
            again = batch_of(follower.again(batch.ranges))
            assert np.array_equal(again.positions, batch.positions)
            assert list(again.frames) == list(batch.frames)
            assert again.counts == batch.counts
            checkpoint |= {part.range.stream: part.range.stop for part in parts}
        assert follower.behind(checkpoint) == 0
        assert follower.oldest_ns(checkpoint) is None
    assert len(seen) == len(set(seen)) == 50


def test_every_stream_gets_its_share_of_a_plan(mixed):
    with JournalReader(mixed) as reader:
        parts = Follower(reader, lambda stream: True, 8).next_parts({})
    frames = {part.range.stream: int((part.records.kinds == FRAME).sum()) for part in parts}
    assert frames == {"gateway-0": 4, "gateway-1": 4}
