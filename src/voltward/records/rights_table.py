"""The table of rights as it is: every address and every write, and which role may use it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from voltward.records.actions import ACTIONS
from voltward.records.roles import OWN_ACCOUNT, ROLES, Role

_ALL = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Door:
    """One address. ``needs`` is empty for a page that is open before anybody logs in."""

    route: str
    methods: tuple[str, ...]
    needs: str


@dataclass(frozen=True)
class Line:
    """One line of the table; ``held`` says of each role of ``shown_roles`` whether it may."""

    name: str
    methods: str
    needs: str
    held: tuple[bool, ...]


def shown_roles() -> list[Role]:
    return list(ROLES.values())


def doors() -> list[Door]:
    """Every address of the platform, in the order of its routes."""
    return sorted(_walk(get_resolver().url_patterns, ""), key=lambda door: door.route)


def lines_of_doors() -> list[Line]:
    return [_line(f"/{door.route}", " ".join(door.methods), door.needs) for door in doors()]


def writes() -> dict[str, str]:
    """Every write of every room that is installed, and the grant it needs."""
    for room in settings.ROOMS:
        package = import_module(f"voltward.{room}")
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in found.name and ".management" not in found.name:
                import_module(found.name)
    return dict(sorted(ACTIONS.items()))


def lines_of_actions() -> list[Line]:
    return [_line(name, "", needs) for name, needs in writes().items()]


def _line(name: str, methods: str, needs: str) -> Line:
    held = tuple(needs in role.grants or needs in ("", OWN_ACCOUNT) for role in shown_roles())
    return Line(name, methods, needs, held)


def _walk(patterns: list[Any], route: str) -> Iterator[Door]:
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            yield Door(here, _methods(one.callback), _needs(one.callback))


def _holder(view: Callable[..., Any]) -> Any:
    return getattr(view, "view_class", None) or getattr(view, "cls", None) or view


def _needs(view: Callable[..., Any]) -> str:
    if not getattr(view, "login_required", True) and not hasattr(_holder(view), "needs"):
        return ""
    return str(getattr(_holder(view), "needs", None) or "undeclared")


def _methods(view: Callable[..., Any]) -> tuple[str, ...]:
    holder = _holder(view)
    if actions := getattr(view, "actions", None):  # a viewset's route
        return tuple(sorted(name.upper() for name in actions))
    if holder is not view:
        return tuple(name for name in _ALL if hasattr(holder, name.lower()))
    named = inspect.getclosurevars(view).nonlocals.get("request_method_list")  # Django's decorators
    return tuple(name for name in _ALL if named is None or name in named)
