"""The fast path says what the session says, for any bytes, however they are cut and batched."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway.batching import Bench, Kept, by_link, merged
from tests.gateway.car import FOREIGN_VIN, TIME, VIN, Car, Platform
from tests.gateway.house_of_tests import Caller, house

from voltward.frames.grammar import Edition
from voltward.gateway.answers import clock_answer
from voltward.gateway.config import Limits
from voltward.gateway.outbox import AnswerKind, Outbox
from voltward.gateway.reasons import SUCCESS, CloseReason, RecordKind


def words(vin: str) -> list[bytes]:
    """What may stand in a stream of this vehicle: good, bad, foreign and no frames."""
    car = Car(vin)
    return [
        car.login(),
        car.realtime(1),
        car.realtime(2),
        car.reissue(3),
        Car(vin, Edition.Y2025).realtime(4),
        car.heartbeat(),
        car.clock(),
        car.logout(),
        car.says(0x02, TIME[:3]),
        car.says(0x02, TIME, flag=1),
        car.says(0xC0, b"custom"),
        Car(vin[:-2] + "ZZ").realtime(5),
        Platform(vin[-12:]).login(),
        Platform(vin[-12:]).logout(),
        car.realtime(7)[:-1] + b"\x00",
        car.realtime(8)[:22] + b"\x00\x40",
        b"#",
        b"$$",
        b"##\x02\xfe",
        b"noise",
    ]


WORD = st.integers(0, len(words(VIN)) - 1)
TEXT = st.lists(st.one_of(WORD, WORD, WORD, st.binary(max_size=60)), max_size=14)
PLAIN = st.lists(st.integers(1, 4), max_size=20).map(lambda text: [0, *text])


def stream_of(text: list[int | bytes], vin: str = VIN) -> bytes:
    spoken = words(vin)
    return b"".join(word if isinstance(word, bytes) else spoken[word] for word in text)


SETTINGS = st.sampled_from(["always", "platform", "never"])


def expected(stream: bytes, setting: str) -> tuple[Kept, bytes]:
    """What the reference makes of one stream: plain reader, then session, piece by piece."""
    with house(answer_realtime=setting) as home:
        caller = Caller(home)
        caller.session.link = 1
        home.sessions = {1: caller.session}
        out = Outbox()
        for piece in caller._reader.feed(stream):
            caller.session.take(piece.data, piece.reason, out)
        while caller._reader.waiting:
            for piece in caller._reader.resync():
                caller.session.take(piece.data, piece.reason, out)
        caller.session.end(CloseReason.PEER, out)
        said = b"".join(
            clock_answer(answer.data, SUCCESS, home.clock.now_ns())
            if answer.kind is AnswerKind.CLOCK
            else answer.data
            for answer in out.answers
        )
    records = [(record.kind, record.data) for record in out.records]
    return merged(relabelled(records)), said


def relabelled(records: Kept) -> Kept:
    """Peers differ between the two builds; nothing else may."""
    return [(kind, data.replace(b"203.0.113.9:4711", b"203.0.113.9:1")) for kind, data in records]


def found_in_batches(stream: bytes, setting: str, cuts: list[int]) -> tuple[Kept, bytes]:
    """What batches make of the stream, one after each cut."""
    with house(answer_realtime=setting) as home:
        bench = Bench(home)
        link = bench.connect(1)
        records: dict[int, Kept] = {}
        said: dict[int, bytes] = {}
        edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
        for number, (start, stop) in enumerate(pairwise(edges)):
            if stop > start:
                link.data_received(stream[start:stop])
            if number % 3 != 2:  # now and then two arrivals share a batch
                by_link(bench.cut(), home, records, said)
        bench.end(link)
        by_link(bench.cut(), home, records, said)
    return merged(records.get(1, [])), said.get(1, b"")


@settings(max_examples=150, deadline=None)
@given(st.one_of(TEXT, PLAIN).map(stream_of), SETTINGS, st.lists(st.integers(0, 900), max_size=8))
def test_any_stream_cut_anywhere_leaves_the_same_records_and_hears_the_same_answers(
    stream: bytes, setting: str, cuts: list[int]
) -> None:
    assert found_in_batches(stream, setting, cuts) == expected(stream, setting)


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXT, min_size=2, max_size=6), SETTINGS, st.randoms(use_true_random=False))
def test_links_that_share_a_batch_do_not_touch_each_other(
    texts: list[list[int | bytes]], setting: str, chance: random.Random
) -> None:
    with house(auto_register=True, answer_realtime=setting) as home:
        bench = Bench(home)
        own = [stream_of(text, f"LVWTEST{n:02d}00000001") for n, text in enumerate(texts)]
        links = [bench.connect(number + 1) for number in range(len(own))]
        records: dict[int, Kept] = {}
        said: dict[int, bytes] = {}
        left = list(own)
        while any(left):
            for number, stream in enumerate(left):
                size = chance.randrange(0, 200)
                if stream[:size]:
                    links[number].data_received(stream[:size])
                left[number] = stream[size:]
            by_link(bench.cut(), home, records, said)
        for link in links:
            bench.end(link)
        by_link(bench.cut(), home, records, said)
    alone = [left_alone(stream, setting, number + 1) for number, stream in enumerate(own)]
    assert [merged(records.get(n + 1, [])) for n in range(len(own))] == [each[0] for each in alone]
    assert [said.get(n + 1, b"") for n in range(len(own))] == [each[1] for each in alone]


def left_alone(stream: bytes, setting: str, number: int) -> tuple[Kept, bytes]:
    with house(auto_register=True, answer_realtime=setting) as home:
        bench = Bench(home)
        link = bench.connect(number)
        records: dict[int, Kept] = {}
        said: dict[int, bytes] = {}
        link.data_received(stream)
        bench.end(link)
        by_link(bench.cut(), home, records, said)
    return merged(records.get(number, [])), said.get(number, b"")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=6))
def test_any_bytes_at_all_are_kept_to_the_last_one(chunks: list[bytes]) -> None:
    records, _ = found_in_batches(b"".join(chunks), "always", [len(chunk) for chunk in chunks])
    kept = b"".join(data if kind == RecordKind.FRAME else data[1:] for kind, data in records)
    assert kept == b"".join(chunks)


def test_frames_of_a_session_take_the_fast_path_and_others_do_not() -> None:
    with house(answer_realtime="always") as home:
        bench = Bench(home)
        link = bench.connect(1)
        link.data_received(Car().login())
        assert len(bench.cut().plain) == 0
        link.data_received(Car().realtime(1) + Car().reissue(2))
        batch = bench.cut()
        assert (len(batch.plain), len(batch.out.records)) == (2, 0)
        assert batch.counts.tolist() == [1, 1, 0, 0]
        link.data_received(Car().realtime(3) + Car().heartbeat())
        batch = bench.cut()
        assert (len(batch.plain), len(batch.out.records)) == (0, 2)


def test_a_platforms_frames_take_the_fast_path_when_it_may_report_the_vehicle() -> None:
    with house(auto_register=True) as home:
        bench = Bench(home)
        link = bench.connect(1)
        link.data_received(Platform().login())
        bench.cut()
        link.data_received(Car().realtime(1) + Car(FOREIGN_VIN).realtime(2))
        batch = bench.cut()
        assert len(batch.plain) == 2
        assert len(batch.answers) == 62


def test_a_link_that_dribbles_is_looked_at_once_for_each_frame_not_for_each_byte() -> None:
    with house() as home:
        bench = Bench(home)
        link = bench.connect(1)
        link.data_received(Car().login())
        bench.cut()
        looks = 0
        for byte in Car().realtime(1):
            link.data_received(bytes((byte,)))
            looks += bool(bench.intake.chunks)
            bench.cut()
        assert looks <= 4
        assert (link.held, bench.intake.held_bytes) == (b"", 0)


def test_a_lying_length_is_given_up_and_the_frames_behind_it_are_found() -> None:
    with house() as home:
        bench = Bench(home)
        link = bench.connect(1)
        link.data_received(Car().login())
        bench.cut()
        lie = Car().realtime(1)[:22] + b"\xf0\x00"
        link.data_received(lie + Car().realtime(2))
        assert len(bench.cut()) == 0
        bench.intake.give_up(link)
        batch = bench.cut()
        assert [record.data for record in batch.out.records if record.kind == 1] == [
            Car().realtime(2)
        ]


def test_a_link_that_was_not_given_up_after_all_has_its_whole_time_again() -> None:
    with house() as home:
        bench = Bench(home)
        late, liar = bench.connect(1), bench.connect(2)
        late.data_received(Car().login())
        bench.cut()
        late.data_received(Car().realtime(1)[:30])
        bench.cut()
        late.data_received(Car().realtime(1)[30:])
        bench.intake.give_up(late)
        assert len(bench.cut().plain) == 1
        late.data_received(Car().realtime(2)[:30])
        liar.data_received(Car(FOREIGN_VIN).realtime(1)[:30])
        bench.cut()
        late.data_received(Car().realtime(2)[30:35])
        bench.intake.give_up(liar)
        late.hand_over()
        bench.cut()
        assert late.held == Car().realtime(2)[:35]


def test_noise_of_64_kib_does_not_hide_the_frame_behind_it() -> None:
    chance = np.random.default_rng(11)
    noise = chance.integers(0, 256, 65_536, np.uint8).tobytes()
    with house() as home:
        bench = Bench(home)
        link = bench.connect(1)
        link.data_received(Car().login())
        bench.cut()
        link.data_received(noise + Car().realtime(9))
        batches = [bench.cut()]
        for _ in range(40):
            bench.intake.give_up(link)
            batches.append(bench.cut())
        frames = [r.data for batch in batches for r in batch.out.records if r.kind == 1]
        assert frames == [Car().realtime(9)]


def test_more_bytes_than_a_link_may_send_before_its_login_pause_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with house(limits=Limits(pre_login_bytes=100)) as home:
        bench = Bench(home)
        link = bench.connect(1)
        link.data_received(b"##" + bytes(60))
        assert not link.pauses
        link.data_received(bytes(60))
        assert link.pauses


def test_a_fleet_that_comes_back_at_once_does_not_hold_up_who_is_there() -> None:
    """R24: logins are taken a few hundred a batch, in their order; data is not kept waiting."""
    with house(auto_register=True) as home:
        bench = Bench(home)
        present = bench.connect(1)
        present.data_received(Car().login())
        bench.cut()
        fleet = [bench.connect(number) for number in range(2, 1002)]
        for number, link in enumerate(fleet):
            login = Car(f"LVWFLEET{number:09d}").login()
            link.data_received(login[:20])
            link.data_received(login[20:])
        present.data_received(Car().realtime(1))
        batch = bench.cut()
        assert len(batch.plain) == 1
        logged_in = [sum(link.session.is_logged_in for link in fleet)]
        while bench.intake.chunks:
            bench.cut()
            logged_in.append(sum(link.session.is_logged_in for link in fleet))
        assert logged_in == [256, 512, 768, 1000]
