"""Whatever stands in an event, it gives one row that the store can take."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.telemetry.ingest.scene import KEY, NOON

from voltward.telemetry.ingest.batch import EventRecord
from voltward.telemetry.ingest.session_events import UNREADABLE, table_of

# Halves of characters included: JSON may hold them, text may not.
texts = st.text(st.characters(), max_size=10)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(["event", "reason", "peer", "vin", "edition", "standing", "platform"])
bodies = st.dictionaries(keys, values).map(lambda body: json.dumps(body).encode())


def _table(*bodies_: bytes):
    events = [EventRecord("gateway-0", n, NOON * 10**9, n, body) for n, body in enumerate(bodies_)]
    return table_of(events, KEY)


@settings(max_examples=200, deadline=None)
@given(st.lists(bodies | st.binary(max_size=20), max_size=5))
def test_any_event_gives_one_row(bodies_):
    table = _table(*bodies_)
    assert table["position"].to_pylist() == [*range(len(bodies_))]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"event":"login","edition":"%s"}' % (b"9" * 5000),
        b'{"event":"login","peer":%s}' % (b"9" * 5000),
    ],
    ids=["too deep", "an edition of 5000 digits", "a number of 5000 digits"],
)
def test_an_event_that_python_cannot_read_is_listed_as_unreadable(body):
    assert _table(body)["event"].to_pylist() == [UNREADABLE]


def test_half_a_character_takes_nothing_else_away():
    (row,) = _table(b'{"event":"login","peer":"\\ud800:1","edition":"2016"}').to_pylist()
    assert (row["event"], row["peer"], row["edition"]) == ("login", "?:1", 2016)
