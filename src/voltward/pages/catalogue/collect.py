"""Finds every sentence that is shown: Python by its syntax tree, templates by Django's lexer."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

NAMES = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
PLURALS = frozenset({"ngettext", "ngettext_lazy"})
CONTEXTS = frozenset({"npgettext", "npgettext_lazy", "pgettext", "pgettext_lazy"})
_TEXT = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_ONE = re.compile(rf"(?:\b_|\bgettext)\(\s*{_TEXT}\s*\)")
_BOTH = re.compile(rf"\bngettext\(\s*{_TEXT}\s*,\s*{_TEXT}\s*,")


class UncollectableError(Exception):
    """A construct that this catalogue has no place for."""


Sentence = tuple[str, str]


def collect(root: Path) -> dict[Sentence, list[str]]:
    """Sentence and its plural (mostly empty) to the files that show it."""
    found: dict[Sentence, list[str]] = defaultdict(list)
    files = [
        *root.rglob("*.py"),
        *root.rglob("templates/**/*.html"),
        *root.rglob("templates/**/*.txt"),
    ]
    for path in sorted(files):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        sentences = _of_python(text, name) if path.suffix == ".py" else _of_template(text, name)
        for sentence in sentences:
            if sentence[0] and name not in found[sentence]:
                found[sentence].append(name)
    return dict(found)


def _of_python(text: str, name: str) -> Iterator[Sentence]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if called in CONTEXTS:
            raise UncollectableError(
                f"{name}:{node.lineno}: {called}; write a sentence without context"
            )
        texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if called in NAMES and texts and isinstance(texts[0], str):
            yield texts[0], ""
        elif called in PLURALS and len(texts) >= 2:
            yield str(texts[0]), str(texts[1])


def _of_template(text: str, name: str) -> Iterator[Sentence]:
    marked = templatize(text, origin=name)
    if "pgettext(" in marked:
        raise UncollectableError(f"{name}: write a sentence without context")
    for match in _ONE.finditer(marked):
        yield ast.literal_eval(match.group(1)), ""
    for match in _BOTH.finditer(marked):
        yield ast.literal_eval(match.group(1)), ast.literal_eval(match.group(2))
