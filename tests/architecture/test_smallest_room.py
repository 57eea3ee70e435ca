"""What one more kind of record costs: the lines of the smallest one, tests included, are counted."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/adding-a-room.md"
BUDGET = 300
NAME = re.compile(r"controller[-_ ]?types?|controllertype|CONTROLLER_TYPES|电机控制器型号", re.I)
ROW = re.compile(r"^\| `([^`]+)` \| (\d+) \|", re.M)
# files that are about nothing else, and every other one that names a controller type
WHOLE = (
    "src/voltward/fleet/services/defects.py",
    "src/voltward/fleet/ui/defects.py",
    "src/voltward/fleet/templates/fleet/controller_type_defect.html",
    "src/voltward/fleet/templates/fleet/controller_type_page.html",
    "tests/fleet/test_controller_types.py",
)
# the migration is written by makemigrations, the catalogue by the command that gathers texts
MADE = ("/migrations/", "/locale/")


def lines_of(path: Path) -> int:
    """Lines that somebody writes for controller types: whole files, or what names them."""
    text = path.read_text(encoding="utf-8")
    if path.relative_to(ROOT).as_posix() in WHOLE:
        return sum(1 for line in text.splitlines() if line.strip())
    counted = _lines_that_name(text)
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            counted |= _block(node)
    written = text.splitlines()
    return sum(1 for number in counted if written[number - 1].strip())


def _lines_that_name(text: str) -> set[int]:
    lines = enumerate(text.splitlines(), 1)
    return {number for number, line in lines if NAME.search(line)}


def _block(node: ast.AST) -> set[int]:
    """The whole of a function, class, declaration or call that is made for controller types."""
    name = ""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        name = node.name
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        name = name if name.isupper() else ""  # a field of another record is that record's
    elif isinstance(node, ast.Call):
        name = " ".join(str(one.value) for one in node.args if isinstance(one, ast.Constant))
    shared = isinstance(node, ast.ClassDef) and node.name == "_DriveUnit"
    if not (NAME.search(name) or shared):
        return set()
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(one.lineno for one in decorators)])  # type: ignore[attr-defined]
    return set(range(first, (node.end_lineno or node.lineno) + 1))  # type: ignore[attr-defined]


def counted() -> dict[str, int]:
    """Every file of the sources and of the example's own tests that has such lines."""
    files = [*(ROOT / "src/voltward").rglob("*"), ROOT / "tests/fleet/test_controller_types.py"]
    kept = [
        one
        for one in sorted(files)
        if one.suffix in (".py", ".html") and not any(part in str(one) for part in MADE)
    ]
    found = {one.relative_to(ROOT).as_posix(): lines_of(one) for one in kept}
    return {name: number for name, number in found.items() if number}


def test_one_more_kind_of_record_takes_less_than_three_hundred_lines_tests_included() -> None:
    found = counted()
    assert sum(found.values()) < BUDGET, found


def test_the_page_names_every_file_of_the_example_with_its_lines() -> None:
    told = {name: int(number) for name, number in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert told == counted()


@pytest.mark.parametrize("name", WHOLE)
def test_files_of_the_example_are_there(name: str) -> None:
    assert (ROOT / name).is_file()
    assert name in counted()
