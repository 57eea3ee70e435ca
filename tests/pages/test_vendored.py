"""What the pages load: vendored, unchanged, licensed, and from nowhere else."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "voltward"
VENDOR = SOURCE / "pages" / "static" / "vendor"
LISTED = json.loads((VENDOR / "vendored.json").read_text())
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
OWN_STATIC = sorted(
    path
    for path in SOURCE.glob("*/static/**/*")
    if path.suffix in (".js", ".css") and VENDOR not in path.parents
)
HOST = re.compile(r"""(?:https?:)?//[a-z0-9-]+\.[a-z]""")


def complaints(text: str) -> list[str]:
    """What the Content-Security-Policy would refuse in a template."""
    found = HOST.findall(text)
    found += re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text)
    found += re.findall(r"<style\b", text)
    found += re.findall(r"""\sstyle=["']""", text)
    found += re.findall(r"""\son[a-z]+=["']""", text)
    found += re.findall(r"javascript:", text)
    found += re.findall(r"""\shx-on""", text)
    return found


@pytest.mark.parametrize("listed", LISTED, ids=lambda one: one["folder"])
def test_every_vendored_file_is_listed_unchanged_and_licensed(listed: dict[str, object]) -> None:
    folder = VENDOR / str(listed["folder"])
    present = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in present.items()}
    assert hashes == listed["files"]
    assert "LICENSE" in present
    assert listed["version"] in str(listed["folder"])
    assert listed["licence"]


def test_nothing_is_vendored_unlisted() -> None:
    folders = {path.name for path in VENDOR.iterdir() if path.is_dir()}
    assert folders == {one["folder"] for one in LISTED}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_inline_and_name_no_host(path: Path) -> None:
    assert complaints(path.read_text()) == []


@pytest.mark.parametrize("path", OWN_STATIC, ids=lambda path: path.name)
def test_our_scripts_and_styles_name_no_host_and_make_no_code(path: Path) -> None:
    text = path.read_text()
    assert HOST.findall(text) == []
    assert re.findall(r"\beval\(|new Function\(|@import|document\.write", text) == []


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<p style="color:red">',
        "<p onclick='x()'>",
        "<style>p{}</style>",
        '<script src="https://cdn.example.com/x.js"></script>',
        '<img src="//cdn.example.com/x.png">',
        '<a href="javascript:x()">',
        '<p hx-on:click="x()">',
    ],
)
def test_the_check_finds_what_it_is_for(bad: str) -> None:
    assert complaints(bad)


def test_vendored_styles_load_nothing_from_outside() -> None:
    for path in VENDOR.rglob("*.css"):
        urls = re.findall(r"url\(([^)]*)\)", path.read_text())
        assert [url for url in urls if not url.strip("\"'").startswith(("data:", "#"))] == []
        assert "@import" not in path.read_text()


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    sprite = next(VENDOR.glob("tabler-icons-*/sprite.svg")).read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = set()
    for path in TEMPLATES:
        named |= set(re.findall(r"""{% icon ["']([^"']+)["']""", path.read_text()))
    from voltward.entry.rooms import rooms

    named |= {item.icon for room in rooms() for item in room.menu}
    assert named <= known
