"""What people read of a rule: its title, in every language."""

from __future__ import annotations

from voltward.pages.room import Text


def rule_title(code: str) -> Text:
    """The rule's title; its code where nothing more is known of it."""
    return code
