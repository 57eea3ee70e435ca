"""What people read of a rule: its title, in the language of whoever reads."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language

from voltward.findings.catalogue import RULES, rule_of
from voltward.pages.room import Text


def rule_title(code: str) -> Text:
    """The rule's title; its code where this release knows no such rule."""
    return code if rule_of(code) is None else _lazy_title(code)


def rule_choices() -> list[tuple[str, Text]]:
    """Every rule of this release by its code, with its title, for filters and forms."""
    return [(code, rule_title(code)) for code in sorted(RULES)]


def _title(code: str) -> str:
    rule = RULES[code]
    return rule.title_en if get_language() == "en" else rule.title_zh


_lazy_title = lazy(_title, str)
