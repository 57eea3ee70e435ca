"""The documents say what the code does."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from voltward.base.settings import Settings

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split("\n")
TEXT_ENDINGS = {
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".sh",
    ".html",
    ".css",
    ".js",
    ".txt",
    ".yaml",
    ".json",
}


def tracked_texts() -> list[Path]:
    return [
        ROOT / name
        for name in TRACKED
        if Path(name).suffix in TEXT_ENDINGS and (ROOT / name).is_file()
    ]


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE))
    expected = {}
    for name, field in Settings.model_fields.items():
        default = (
            "none"
            if field.default is None
            else f"`{field.default}`"
            if field.default != ""
            else "empty"
        )
        expected[name] = f"{default} | {field.description}"
    assert documented == expected


def test_the_map_names_the_rooms_of_the_import_contract_in_its_order() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contract["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = [name for name in reversed(layers) if not name.startswith("(")]
    page = (
        (ROOT / "ARCHITECTURE.md")
        .read_text(encoding="utf-8")
        .split("## Rooms of")[1]
        .split("## One path")[0]
    )
    assert re.findall(r"^\| `(\w+)/`", page, re.MULTILINE) == rooms
    folders = {path.parent.name for path in (ROOT / "src/voltward").glob("*/__init__.py")}
    assert folders == set(rooms)


def test_no_tracked_file_names_a_package_registry_or_a_download_link() -> None:
    hosts = "|".join(
        (
            r"pypi\.org",
            r"pythonhosted",
            r"npm" + r"js\.",
            r"registry\.yarn",
            r"mvn" + r"repository",
            r"deb\.debian",
            r"unpkg",
            r"jsdelivr",
        )
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_texts()
        if path != Path(__file__) and "vendor" not in path.parts
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if re.search(hosts, line)
    ]
    assert found == []


def test_lock_files_pin_every_package_with_hashes() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        blocks = re.split(
            r"\n(?=[a-z0-9])",
            (ROOT / name).read_text(encoding="utf-8").strip(),
            flags=re.IGNORECASE,
        )
        assert len(blocks) > 30
        assert [
            block.split("\n")[0]
            for block in blocks
            if "==" not in block or "--hash=sha256:" not in block
        ] == []


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md"])
def test_both_readmes_name_the_two_commands(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_ci_runs_exactly_the_command_that_readme_names() -> None:
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("make test")


def test_files_and_functions_keep_to_their_size() -> None:
    import ast

    long_files, long_functions = [], []
    for path in (ROOT / "src/voltward").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        name = str(path.relative_to(ROOT))
        if source.count("\n") > 300:
            long_files.append(name)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 60:  # 40 of code; docstrings and signatures come on top
                    long_functions.append(f"{name}:{node.lineno} {node.name} {lines}")
    assert long_files == []
    assert long_functions == []
