"""A finding on the stream: there and back, and clear words for what is none."""

import pytest

from voltward.base.errors import BadInput
from voltward.findings.finding import Finding, LimitUsed, finding_from_json, finding_to_json

ONE = Finding(
    "opened", "thermal.runaway", 2**62 + 3, 1562681680, 1562681681, 1562681680500, level=4,
    reported_level=3, late=True, command=2, edition=2016, stream="gateway-0", position=2**63 + 1,
    unit_hash=2**64 - 1, state={"soc_pct": 78.0}, values={"lowest_cell_mv": 1995.0},
    limit=LimitUsed("thermal.runaway.step_c", 20.0, "℃", "L-3"), cell="8731aa42affffff", profile="44500",
)  # fmt: skip


def test_a_finding_comes_back_as_it_was() -> None:
    assert finding_from_json(finding_to_json(ONE)) == ONE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"{", "JSONDecodeError"),
        (b"[]", "TypeError"),
        (b"{}", "KeyError"),
        (b'{"v":2,"limit":null}', "version 2, expected 1"),
        (finding_to_json(ONE).replace(b'"opened"', b'"begun"', 1), "kind 'begun'"),
        (finding_to_json(ONE).replace(b'"level"', b'"height"', 1), "height"),
    ],
)
def test_what_is_no_finding_is_refused_in_words(text: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        finding_from_json(text)
