"""The demo's one number that only a battery's maker can give: without it no over-discharge is judged."""

from __future__ import annotations

from typing import Final

from voltward.fleet.models import BatteryType
from voltward.monitoring.selectors.watch_judged import SELF_DISCHARGE
from voltward.monitoring.selectors.watch_limits import limits_in_force
from voltward.monitoring.services.watch_limits import NewLimit, watch_limit_propose
from voltward.records import days
from voltward.records.approvals import approval_accept
from voltward.records.models import Person
from voltward.records.selectors.recipients import role_holders

BATTERY: Final = "LFP"
PCT_PER_D: Final = 0.5  # invented; the source on the page says so


def self_discharge_given(asks: Person) -> None:
    """Proposed by the demo's operator and agreed to by its data protection officer, once."""
    battery = BatteryType.objects.filter(maker=asks.maker, name=BATTERY).first()
    agrees = role_holders(asks.maker_id, "data_protection_officer")
    if battery is None or not agrees:
        return
    if battery.pk in limits_in_force(asks.maker_id, days.today()).of_battery.get(
        SELF_DISCHARGE, {}
    ):
        return
    given = NewLimit(PCT_PER_D, "演示数据（虚构的制造商数值）", "M", days.today(), battery.pk)
    approval = watch_limit_propose(asks, code=SELF_DISCHARGE, limit=given, reason="演示")
    approval_accept(agrees[0], approval_id=approval.pk, note="演示")
