"""The security table speaks of tests that are there, and forgets no goal."""

import ast
import csv
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOALS = {*(f"S{number}" for number in (*range(1, 16), 19, 20, 21, 22, 24))}


def lines() -> list[dict[str, str]]:
    with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_test_that_is_named_is_there() -> None:
    for line in lines():
        if line["shown_by"] != "test":
            continue
        path, _, name = line["evidence"].partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}, line


def test_every_goal_has_a_test_or_a_written_reason() -> None:
    assert {line["goal"] for line in lines()} == GOALS
    for line in lines():
        assert line["shown_by"] in ("test", "reason"), line
        assert len(line["evidence"]) > 20, line
