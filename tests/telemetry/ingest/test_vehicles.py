"""Vehicle numbers of many frames at once equal those of the one-by-one rule."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from voltward.base.vehicle_id import vehicle_id
from voltward.columns.batch import FrameBatch
from voltward.telemetry.ingest.unit_hash import unit_hashes
from voltward.telemetry.ingest.vehicles import VehicleIds, vehicle_number

KEY = bytes(range(32))


def _frame(vin: bytes) -> bytes:
    return b"##\x02\xfe" + vin + b"\x01\x00\x00\x00"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(min_size=17, max_size=17), max_size=60))
def test_any_unique_ids_get_the_number_of_the_one_by_one_rule(vins):
    batch = FrameBatch.of([_frame(vin) for vin in vins])
    ids = VehicleIds(KEY, capacity=4)
    for _ in range(2):  # the second time all are known
        found = ids.of(batch.buffer, batch.offsets[:-1])
        assert found.tolist() == [vehicle_number(vin, KEY) for vin in vins]
    assert len(ids) == len(set(vins))


def test_a_vin_in_a_frame_and_as_text_has_one_number():
    assert vehicle_number(b"LTESTVEH0GB000001", KEY) == vehicle_id("LTESTVEH0GB000001", KEY)
    assert vehicle_number(b"SHORT".ljust(17, b"\0"), KEY) == vehicle_id("SHORT", KEY)


def test_the_table_grows_beyond_its_first_size_and_forgets_nobody():
    vins = [f"LTESTVEH0GB{number:06d}".encode() for number in range(3_000)]
    batch = FrameBatch.of([_frame(vin) for vin in vins])
    ids = VehicleIds(KEY, capacity=8)
    first = ids.of(batch.buffer, batch.offsets[:-1])
    assert np.array_equal(ids.of(batch.buffer, batch.offsets[:-1]), first)
    assert len(np.unique(first)) == len(vins)


def test_the_hash_is_of_the_data_unit_alone():
    unit = bytes(range(100))
    one = b"##\x02\xfe" + b"A" * 17 + b"\x01\x00\x64" + unit + b"\x11"
    reissued = b"##\x03\xfe" + b"B" * 17 + b"\x01\x00\x64" + unit + b"\x22"
    other = b"##\x02\xfe" + b"A" * 17 + b"\x01\x00\x64" + unit[::-1] + b"\x33"
    batch = FrameBatch.of([one, reissued, other])
    found = unit_hashes(batch.buffer, batch.offsets[:-1], batch.offsets[1:])
    assert found[0] == found[1] != found[2]
    import hashlib

    assert int(found[0]) == int.from_bytes(hashlib.sha256(unit).digest()[:8], "big")
