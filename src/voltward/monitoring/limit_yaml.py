"""Limits as a YAML file: written in order, read back to the same values, refused with the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from voltward.monitoring.limit_checks import (
    FIELDS,
    BadLimits,
    Complaint,
    Entry,
    checked,
    complaints_about,
)

VERSION: Final = 1
LONGEST_TEXT: Final = 1_000_000  # characters; all limits together take some tens of thousands
_HEAD: Final = ("voltward_limits", "scope", "revision", "values")


@dataclass(frozen=True)
class LimitFile:
    """What a file says. ``scope``, ``revision``: where it came from, for people; not applied."""

    values: dict[str, Entry]
    scope: str = ""
    revision: str = ""


@dataclass
class _Read:
    values: dict[str, Entry] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)


def written(values: dict[str, Entry], *, scope: str, revision: str) -> str:
    """The file; ``read`` gives the same values."""
    body = {
        "voltward_limits": VERSION,
        "scope": scope,
        "revision": revision,
        "values": {key: {name: values[key][name] for name in FIELDS} for key in sorted(values)},
    }
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=10_000)


def read(text: str) -> LimitFile:
    """
    Raises:
        BadLimits: not such a file, or values that are no limits; each complaint has its line.
    """
    root = _root(text)
    head = dict(_pairs(root, found := _Read(), allowed=_HEAD))
    version = _plain(head.get("voltward_limits"))
    if version != VERSION:
        line = _line(head.get("voltward_limits", root))
        raise BadLimits([Complaint("voltward_limits", "wrong_version", str(version), "1", line)])
    values = head.get("values")
    if not isinstance(values, yaml.MappingNode):
        line = _line(values or root)
        raise BadLimits([*found.complaints, Complaint("values", "no_mapping", "", "", line)])
    for key, node in _pairs(values, found):
        _entry(key, node, found)
    if found.complaints:
        raise BadLimits(sorted(found.complaints, key=lambda one: one.line))
    scope, revision = _plain(head.get("scope")), _plain(head.get("revision"))
    return LimitFile(checked(found.values), str(scope or ""), str(revision or ""))


def _root(text: str) -> yaml.MappingNode:
    if len(text) > LONGEST_TEXT:
        raise BadLimits([Complaint("", "too_long", str(len(text)), str(LONGEST_TEXT), 1)])
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", error))[:120]
        line = mark.line + 1 if mark else 1
        raise BadLimits([Complaint("", "no_yaml", problem, "", line)]) from error
    if not isinstance(root, yaml.MappingNode):
        raise BadLimits([Complaint("", "no_mapping", "", "", 1)])
    return root


def _pairs(
    node: yaml.MappingNode, found: _Read, allowed: tuple[str, ...] = ()
) -> Iterator[tuple[str, yaml.Node]]:
    """Keys, each once, with their nodes; what is not allowed is a complaint."""
    seen: set[str] = set()
    for name, value in node.value:
        key = str(_plain(name))
        if key in seen:
            found.complaints.append(Complaint(key, "twice", "", "", _line(name)))
        elif allowed and key not in allowed:
            expected = ", ".join(allowed)
            found.complaints.append(Complaint(key, "unknown_field", key, expected, _line(name)))
        else:
            yield key, value
        seen.add(key)


def _entry(key: str, node: yaml.Node, found: _Read) -> None:
    if not isinstance(node, yaml.MappingNode):
        found.complaints.append(Complaint(key, "no_mapping", "", "", _line(node)))
        return
    parts = dict(_pairs(node, found, allowed=FIELDS))
    entry = {name: _plain(part) for name, part in parts.items()}
    if "value" not in entry:
        found.complaints.append(Complaint(key, "no_number", "", "value", _line(node)))
        return
    for one in complaints_about(key, entry):
        at = parts.get(_FIELD_OF.get(one.code, ""), node)
        line = _line(at) if at is not node else _line(node) - 1
        found.complaints.append(Complaint(one.key, one.code, one.found, one.expected, line))
    found.values[key] = entry


_FIELD_OF: Final = {
    "wrong_unit": "unit",
    "no_number": "value",
    "out_of_range": "value",
    "no_whole_number": "value",
    "no_confidence": "confidence",
    "no_source": "source",
}


def _plain(node: yaml.Node | None) -> Any:
    """A scalar as Python has it; what is no scalar is its own text, which then fits nowhere."""
    if node is None:
        return None
    if not isinstance(node, yaml.ScalarNode):
        return f"<{type(node).__name__}>"
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError):
        return node.value


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
