"""What timelines say of limits and of an alarm's numbers: value by value, in words, never as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.monitoring.alarm_rules import unit_of_name, value_title, with_unit
from voltward.monitoring.limit_keys import known_limits
from voltward.monitoring.limit_titles import limit_title
from voltward.monitoring.limit_words import number_text
from voltward.monitoring.models.limits import CONFIDENCES
from voltward.pages.room import Text
from voltward.pages.templatetags.voltward import THIN_SPACE
from voltward.records.history import Part, told_in_parts

_NOTHING: Final = "—"
_GROUNDS: Final[tuple[tuple[str, Text], ...]] = (
    ("source", gettext_lazy("来源")),
    ("confidence", gettext_lazy("可信度")),
    ("reason", gettext_lazy("理由")),
)


def limit_parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Part]:
    """Each limit whose value changed, with its unit; grounds that changed, a line each.

    A limit that is not set is left to the wider scopes, and shown as a dash.
    """
    return [
        part for key in sorted({*old, *new}) for part in _limit(key, old.get(key), new.get(key))
    ]


def _limit(
    key: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[Part]:
    known, title = known_limits().get(key), limit_title(key)
    unit = known.limit.unit if known else str((after or before or {}).get("unit", ""))
    old, new = (_NOTHING if one is None else number_text(one["value"]) for one in (before, after))
    if old != new:
        yield Part(title, old, new, unit)
    for name, what in _GROUNDS if before and after else ():
        old, new = _ground(name, before), _ground(name, after)
        if old != new:
            yield Part(_("%(limit)s · %(what)s") % {"limit": title, "what": what}, old, new)


def _ground(name: str, entry: Mapping[str, Any] | None) -> str:
    text = str((entry or {}).get(name) or "")
    return str(dict(CONFIDENCES).get(text, text) if name == "confidence" else text) or _NOTHING


def number_parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Part]:
    """Each number judged on that changed."""
    return [
        Part(value_title(name), _number(old.get(name)), _number(new.get(name)), unit_of_name(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def used_parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Part]:
    """The limit that an alarm was judged by, and the revision it stands in."""
    title = limit_title(str(new.get("key") or old.get("key") or "")) or _("限值")
    unit = str(new.get("unit") or old.get("unit") or "")
    value = Part(title, _number(old.get("value")), _number(new.get("value")), unit)
    revision = Part(_("限值版本"), _revision(old), _revision(new))
    return [part for part in (value, revision) if part.before != part.after]


def _revision(used: Mapping[str, Any]) -> str:
    return str(used.get("revision") or _NOTHING)


def _number(value: Any) -> str:
    if value is None:
        return _NOTHING
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return with_unit(value, "").rstrip(THIN_SPACE) if is_number else str(value)


told_in_parts("LimitRevision", "values", limit_parts)
told_in_parts("Alarm", "limit", used_parts)
for _field in ("first", "last", "worst", "state_then"):
    told_in_parts("Alarm", _field, number_parts)
