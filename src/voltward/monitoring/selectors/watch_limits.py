"""Which limits of the watch queues hold on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from voltward.base.errors import BadSetting, NotFound
from voltward.monitoring.models import WatchLimit
from voltward.records import days
from voltward.records.models import Person


@dataclass(frozen=True)
class LimitsInForce:
    """The limits of one maker. ``of_battery``: by battery type, where one has its own."""

    usual: Mapping[str, WatchLimit]
    of_battery: Mapping[str, Mapping[int, WatchLimit]]

    def value(self, code: str) -> float:
        """
        Raises:
            BadSetting: no number of that name, or none was given for all.
        """
        found = self.usual.get(code)
        if found is None or found.value is None:
            raise BadSetting(f"watch limit {code}: no value in force")
        return found.value

    def shown(self, *codes: str, battery_type_id: int | None = None) -> dict[str, dict[str, Any]]:
        """What a case keeps of the limits it was judged by."""
        chosen = {}
        for code in codes:
            own = self.of_battery.get(code, {}).get(battery_type_id or 0)
            row = own or self.usual[code]
            chosen[code] = {
                "value": row.value, "unit": row.unit, "source": row.source,
                "confidence": row.confidence, "revision": f"{row.code} {row.pk}.{row.revision}",
            }  # fmt: skip
        return chosen


def limits_in_force(maker_id: int | None, on: date) -> LimitsInForce:
    """The newest revision of each number that holds on a day, a maker's own before the platform's."""
    rows = WatchLimit.objects.filter(Q(maker=maker_id) | Q(maker=None), effective_from__lte=on)
    usual: dict[str, WatchLimit] = {}
    of_battery: dict[str, dict[int, WatchLimit]] = {}
    # later ones overwrite earlier ones: the platform's (no maker) come first
    for row in sorted(
        rows, key=lambda row: (row.maker_id is not None, row.effective_from, row.revision)
    ):
        if row.battery_type_id is None:
            usual[row.code] = row
        else:
            of_battery.setdefault(row.code, {})[row.battery_type_id] = row
    return LimitsInForce(dict(sorted(usual.items(), key=lambda pair: pair[1].order)), of_battery)


def limit_visible(actor: Person) -> QuerySet[WatchLimit]:
    """The platform's revisions and those of the actor's maker."""
    rows = WatchLimit.objects.filter(Q(maker=actor.maker) | Q(maker=None))
    return rows.select_related("battery_type", "approved_by").order_by(
        "order", "code", "battery_type", "-effective_from", "-revision", "-pk"
    )


def limit_of_code(actor: Person, code: str, battery_type_id: int | None = None) -> WatchLimit:
    """The revision that holds today for the actor's maker, for a battery type where that has its own.

    Raises:
        NotFound: no such number.
    """
    found = limits_in_force(actor.maker_id, days.today())
    own = found.of_battery.get(code, {}).get(battery_type_id or 0)
    row = own or found.usual.get(code)
    if row is None:
        raise NotFound(f"watch limit {code}")
    return row
