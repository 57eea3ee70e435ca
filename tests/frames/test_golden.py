"""Golden frames: at least one per table and edition, read and written back.

Each file in ``golden/`` holds where the frame comes from, its bytes, and what they say.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from voltward.frames.as_json import line_to_json
from voltward.frames.editions import COMMANDS, INFO_TYPES
from voltward.frames.frame import decode_frame, encode_frame, reencode
from voltward.frames.grammar import Edition

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(FOLDER.glob("*.json"))


def _golden(path: Path) -> dict[str, Any]:
    golden: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return golden


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_frame_says_what_is_expected(path: Path) -> None:
    golden = _golden(path)
    assert golden["source"]
    told = line_to_json(golden["hex"])
    assert json.dumps(told, sort_keys=True) == json.dumps(golden["expect"], sort_keys=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_frame_is_written_back_and_written_anew(path: Path) -> None:
    golden = _golden(path)
    data, facts = bytes.fromhex(golden["hex"]), golden["expect"]
    assert reencode(decode_frame(data)) == data
    edition = Edition(facts["edition"])
    name, body = facts["unique_id"], facts["body"]
    assert encode_frame(edition, facts["command"], facts["response"], name, body) == data


@pytest.mark.parametrize("edition", list(Edition))
def test_every_table_of_an_edition_has_a_golden_frame(edition: Edition) -> None:
    year, names = int(edition), {path.stem for path in FILES}
    for kind in {id(kind): kind for kind in INFO_TYPES[edition].values()}.values():
        name = f"{year}_type_{kind.code:02x}_{kind.name}"
        assert name in names
        items = _golden(FOLDER / f"{name}.json")["expect"]["body"]["items"]
        assert kind.name in [item["name"] for item in items]
    for command in COMMANDS[edition].values():
        assert f"{year}_command_{command.code:02x}_{command.name}" in names
        if command.answer:
            assert f"{year}_answer_{command.code:02x}_{command.name}" in names
