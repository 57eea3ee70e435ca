"""What a room tells the frame round all pages: its menu, tabs, columns, search and addresses.

Every room has a ``room.py`` with ``ROOM = Room(...)``; ``entry/`` collects them. A later room adds
tabs and columns to an earlier room's pages this way, without the earlier one knowing it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.utils.functional import Promise

if TYPE_CHECKING:  # a declaration is made of what stands here
    from voltward.pages.lists.declaration import List

Text = str | Promise


class Actor(Protocol):
    """Whoever looks at a page; rooms hand in their own type."""

    @property
    def grants(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class MenuItem:
    """One line of the left menu. ``count`` gives the number of things that wait for somebody."""

    section: Text
    title: Text
    url_name: str
    icon: str
    needs: str
    order: int
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class Tab:
    """One tab of the page of a record of kind ``of``; its address takes the record's ``key``."""

    of: str
    title: Text
    url_name: str
    needs: str
    order: int


@dataclass(frozen=True)
class Column:
    """A column that another room adds to the list of records of kind ``of``.

    ``values(actor, records)`` answers for one page of records at once: primary key to cell.
    """

    of: str
    title: Text
    needs: str
    order: int
    values: Callable[[Any, Sequence[Any]], Mapping[Any, Cell]]

    @property
    def key(self) -> str:
        """Its name in addresses and saved filters."""
        return self.values.__name__


@dataclass(frozen=True)
class Cell:
    """``text`` as shown; ``state`` colours the dot before it, if there is one.

    ``level``: it is an alarm level (0 to 3), shown in the colours of levels.
    """

    text: Text
    state: str = ""
    hint: Text = ""
    level: str = ""


@dataclass(frozen=True)
class ListFilter:
    """A choice that another room adds to the filters of the list of records of kind ``of``.

    ``narrow(actor, rows, value)`` gives the query set of the records that ``value`` leaves. Without
    choices it takes what ``pattern`` (a regular expression) matches, and shows only while it is set.
    """

    of: str
    name: str
    title: Text
    choices: Sequence[tuple[str, Text]]
    needs: str
    order: int
    narrow: Callable[[Any, Any, str], Any]
    pattern: str = ""


@dataclass(frozen=True)
class HeaderPart:
    """A template that another room shows in the header of a record's page.

    ``context(actor, record)`` gives what the template needs.
    """

    of: str
    template: str
    needs: str
    order: int
    context: Callable[[Any, Any], dict[str, Any]]


@dataclass(frozen=True)
class TopPart:
    """A template that a room shows at the end of the top bar; ``context(actor)`` gives what it needs."""

    template: str
    needs: str
    order: int
    context: Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Hit:
    """One answer of the search box."""

    title: str
    detail: Text
    url: str


@dataclass(frozen=True)
class Search:
    """A source of the search box: ``find(actor, text, limit)``."""

    title: Text
    needs: str
    order: int
    find: Callable[[Any, str, int], Sequence[Hit]]


@dataclass(frozen=True)
class SubjectKind:
    """How records that audit rows, links and tasks name ``Name:17`` are shown to a reader.

    ``find(actor, key)``: title, detail and address; None where the actor sees no such record.
    ``named(actor, text)``: the key of the record that people call so, a VIN or a serial; None: none.
    """

    name: str
    title: Text
    needs: str
    order: int
    find: Callable[[Any, str], Hit | None]
    named: Callable[[Any, str], str | None] | None = None


@dataclass(frozen=True)
class Task:
    """One line of the workbench: what somebody must do.

    ``clock``: when it must be done, None: no deadline. ``owner``: whose it is, "" nobody's yet.
    ``button``: the verb on the button that leads to ``url``; ``claim_url``: posting there takes it.
    ``at_once``: it has no number but must be done now. ``started_at``: since when the time runs.
    """

    title: Text
    subject: str
    url: str
    due_at: datetime | None = None
    owner: str = ""
    button: Text = ""
    claim_url: str = ""
    at_once: bool = False
    started_at: datetime | None = None


@dataclass(frozen=True)
class TaskSource:
    """Where workbench lines come from: ``tasks(actor, limit)``, soonest first, and ``count(actor)``.

    Both are the actor's own. ``wider(actor, scope, limit)``: those of the actor's ``unit`` or of ``all``.
    """

    code: str
    title: Text
    needs: str
    order: int
    tasks: Callable[[Any, int], Sequence[Task]]
    count: Callable[[Any], int]
    wider: Callable[[Any, str, int], Sequence[Task]] | None = None


@dataclass(frozen=True)
class Job:
    """Work that the office process does by itself every ``every_s`` seconds, one process at a time.

    ``run`` works off rows that wait for it, gives how many it did, and may be killed at any point.
    """

    name: str
    every_s: float
    run: Callable[[], int]


@dataclass(frozen=True)
class Room:
    """``urls`` and ``api_urls``: dotted names of url modules, mounted at / and /api/."""

    name: str
    menu: tuple[MenuItem, ...] = ()
    tabs: tuple[Tab, ...] = ()
    columns: tuple[Column, ...] = ()
    filters: tuple[ListFilter, ...] = ()
    headers: tuple[HeaderPart, ...] = ()
    search: tuple[Search, ...] = ()
    subjects: tuple[SubjectKind, ...] = ()
    top: tuple[TopPart, ...] = ()
    tasks: tuple[TaskSource, ...] = ()
    jobs: tuple[Job, ...] = ()
    lists: tuple[List, ...] = ()
    urls: str | None = None
    api_urls: str | None = None


@dataclass
class Registry:
    """What all rooms registered, in display order."""

    rooms: list[Room] = field(default_factory=list)

    def collect(self, rooms: Sequence[Room]) -> None:
        self.rooms = list(rooms)

    def menu(self, actor: Actor) -> list[MenuItem]:
        return _held(actor, [item for room in self.rooms for item in room.menu])

    def tabs(self, of: str, actor: Actor) -> list[Tab]:
        return _held(actor, [tab for room in self.rooms for tab in room.tabs if tab.of == of])

    def columns(self, of: str, actor: Actor) -> list[Column]:
        return _held(actor, [one for room in self.rooms for one in room.columns if one.of == of])

    def filters(self, of: str, actor: Actor) -> list[ListFilter]:
        return _held(actor, [one for room in self.rooms for one in room.filters if one.of == of])

    def headers(self, of: str, actor: Actor) -> list[HeaderPart]:
        return _held(actor, [one for room in self.rooms for one in room.headers if one.of == of])

    def search(self, actor: Actor) -> list[Search]:
        return _held(actor, [one for room in self.rooms for one in room.search])

    def subjects(self, actor: Actor) -> list[SubjectKind]:
        return _held(actor, [one for room in self.rooms for one in room.subjects])

    def subject(self, actor: Actor, label: str) -> Hit | None:
        """The record behind a label; None: not there, not the actor's, or its room is absent."""
        name, _, key = label.partition(":")
        return next(
            (one.find(actor, key) for one in self.subjects(actor) if one.name == name), None
        )

    def top(self, actor: Actor) -> list[TopPart]:
        return _held(actor, [one for room in self.rooms for one in room.top])

    def tasks(self, actor: Actor) -> list[TaskSource]:
        return _held(actor, [one for room in self.rooms for one in room.tasks])

    def jobs(self) -> list[Job]:
        return [job for room in self.rooms for job in room.jobs]

    def lists(self) -> dict[str, List]:
        """Every declared list by the kind of record it lists."""
        return {one.of: one for room in self.rooms for one in room.lists}


class _Registered(Protocol):
    @property
    def needs(self) -> str: ...
    @property
    def order(self) -> int: ...


Shown = TypeVar("Shown", bound=_Registered)


def _held(actor: Actor, items: list[Shown]) -> list[Shown]:
    """What the actor may see, in order."""
    grants: frozenset[str] = getattr(actor, "grants", frozenset())
    return sorted((item for item in items if item.needs in grants), key=lambda item: item.order)


REGISTRY = Registry()
