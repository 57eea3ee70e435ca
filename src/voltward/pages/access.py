"""How a page says which grant it needs, and whether wall screens may show it.

A page that says nothing is open to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def needs(grant: str) -> Callable[[View], View]:
    """Declare the grant of a page written as a function; classes set ``needs = "..."``."""

    def mark(view: View) -> View:
        view.needs = grant  # type: ignore[attr-defined]
        return view

    return mark


def wall(part_of: str = "") -> Callable[[View], View]:
    """Open a page to wall screens whose token names it; classes set ``wall = True``.

    ``part_of``: the page this one fills; a token that names that page opens this one with it.
    """

    def mark(view: View) -> View:
        view.wall = part_of or True  # type: ignore[attr-defined]
        return view

    return mark
