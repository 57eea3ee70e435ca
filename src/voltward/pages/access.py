"""How a page says which grant it needs; a page that says nothing is open to nobody."""

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
