"""The table of the alarm centre: the columns of the list, several of them sharing a cell.

Whoever reads chooses among all columns of the list. A row of the desk must fit beside its preview, so
columns that are read together stand in one cell, a line each; all others have one of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from voltward.pages.lists.asking import Asked
from voltward.pages.lists.cells import ShownCell
from voltward.pages.room import Text

Head = tuple[Text, str, str, str]  # as ``pages.lists.page.heads`` makes them


@dataclass(frozen=True)
class Stack:
    """Columns that share a cell, by key, in the order of its lines."""

    title: Text
    keys: tuple[str, ...]
    css: str = ""


STACKS: Final = (
    Stack(_("研判"), ("level",), "vw-levels"),
    Stack(_("上报"), ("reported_level",), "vw-levels"),
    Stack(_("告警与限值"), ("title", "judged", "against", "source", "episodes_number"), "vw-what"),
    Stack(_("车辆"), ("vin", "model")),
    Stack(_("发生"), ("opened_at", "delay"), "vw-nowrap"),
    Stack(_("状态与时钟"), ("state", "owner", "clock"), "vw-nowrap"),
    Stack(_("工况与位置"), ("doing", "place", "charging_operator", "outlet"), "vw-doing"),
)


@dataclass(frozen=True)
class Line:
    """One column inside a cell. ``is_first``: it leads the cell."""

    key: str
    title: Text
    shown: ShownCell
    is_first: bool


@dataclass(frozen=True)
class DeskCell:
    css: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class DeskHead:
    """``sort``: what a click orders by, ``mark``: the order in force (up, down or nothing)."""

    title: Text
    css: str
    sort: str
    mark: str


Slot = tuple[Stack | None, tuple[int, ...]]


def slots_of(keys: Sequence[str]) -> list[Slot]:
    """Which columns (by their place) share a cell; a cell stands where its first column was chosen."""
    places = {key: place for place, key in enumerate(keys)}
    stack_of = {key: stack for stack in STACKS for key in stack.keys}
    found: dict[Any, Slot] = {}
    for key, place in places.items():
        stack = stack_of.get(key)
        if stack is None:
            found[key] = (None, (place,))
        elif stack.keys not in found:
            found[stack.keys] = (stack, tuple(places[one] for one in stack.keys if one in places))
    return list(found.values())


def desk_heads(asked: Asked, heads: Sequence[Head]) -> list[DeskHead]:
    """The heads of the cells; one that shares orders by its first column that can."""
    return [_head(stack, [heads[place] for place in at]) for stack, at in slots_of(asked.keys)]


def _head(stack: Stack | None, heads: Sequence[Head]) -> DeskHead:
    shared = stack is not None and (len(heads) > 1 or len(stack.keys) == 1)
    title = stack.title if stack is not None and shared else heads[0][0]
    sorts = next((one for one in heads if one[1]), heads[0])
    css = stack.css if stack is not None else sorts[3]
    return DeskHead(title, css, sorts[1], sorts[2])


def desk_cells(asked: Asked, row: Sequence[ShownCell]) -> list[DeskCell]:
    """The cells of one alarm, out of those of the list."""
    return [_cell(stack, at, asked, row) for stack, at in slots_of(asked.keys)]


def _cell(
    stack: Stack | None, at: tuple[int, ...], asked: Asked, row: Sequence[ShownCell]
) -> DeskCell:
    lines = tuple(
        Line(asked.keys[place], asked.columns[place].title, row[place], place == at[0])
        for place in at
    )
    return DeskCell(stack.css if stack is not None else row[at[0]].css, lines)
