"""The newest state of a vehicle as the live page shows and pushes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from voltward.monitoring.panels import GROUPS, LIVE_FIELDS, LIVE_PANELS
from voltward.monitoring.texts import exact, shown, title_of, unit_of
from voltward.telemetry.queries import LatestState

CELL_MISSING_FROM_MV = 65_534
PROBE_MISSING_FROM_C = 32_766
FAR_MV = 20  # a cell this far from the median is framed; a help for the eye, not a judgement


@dataclass(frozen=True)
class LiveRow:
    """One line of a live table."""

    field: str
    title: str
    value: str
    unit: str
    reason: str


@dataclass(frozen=True)
class LiveGroup:
    title: str
    rows: list[LiveRow]


@dataclass(frozen=True)
class Entry:
    """One cell or probe; ``far``: it stands out from the others."""

    number: int
    text: str
    far: bool


@dataclass(frozen=True)
class Table:
    title: str
    summary: str
    entries: list[Entry]


def groups_of(state: LatestState | None) -> list[LiveGroup]:
    """The live tables; dashes before the first frame."""
    return [
        LiveGroup(str(group.title), [_row(field, state) for field in group.fields]) for group in GROUPS
    ]


def _row(field: str, state: LatestState | None) -> LiveRow:
    if state is None:
        return LiveRow(field, title_of(field), "—", unit_of(field), _("尚未收到"))
    text = shown(field, state.values[field], state.missing)
    return LiveRow(field, title_of(field), text.value, unit_of(field), text.reason)


def message_of(state: LatestState) -> dict[str, Any]:
    """What the page is sent when a frame came in."""
    texts = {
        field: {"value": text.value, "reason": text.reason}
        for field, text in ((name, shown(name, state.values[name], state.missing)) for name in LIVE_FIELDS)
    }
    texts["collected_at"] = {"value": collected_text(state), "reason": ""}
    fields = {curve.field for panel in LIVE_PANELS for curve in panel.curves}
    return {
        "collected_at_ms": int(state.collected_at.timestamp() * 1000),
        "texts": texts,
        "points": {field: exact(field, state.values[field]) for field in fields},
    }


def collected_text(state: LatestState) -> str:
    return timezone.localtime(state.collected_at).strftime("%Y-%m-%d %H:%M:%S")


def tables_of(state: LatestState | None) -> list[Table]:
    """Cells and probes of the newest frame; none when it had none."""
    if state is None:
        return []
    found = []
    cells = state.values["cell_voltages_mv"] or []
    if cells:
        found.append(_table(_("单体电压"), cells, CELL_MISSING_FROM_MV, "mV", FAR_MV))
    probes = state.values["probe_temps_c"] or []
    if probes:
        found.append(_table(_("探针温度"), probes, PROBE_MISSING_FROM_C, "℃", 10))
    return found


def _table(title: str, values: list[int], missing_from: int, unit: str, far: int) -> Table:
    known = sorted(value for value in values if value < missing_from)
    if not known:
        summary = _("%(count)d 个，均无效") % {"count": len(values)}
        return Table(title, summary, [Entry(i, "—", False) for i in range(1, len(values) + 1)])
    median = known[len(known) // 2]
    summary = _("%(count)d 个 · 中位数 %(median)d %(unit)s · 极差 %(spread)d %(unit)s") % {
        "count": len(values), "median": median, "unit": unit, "spread": known[-1] - known[0],
    }  # fmt: skip
    entries = [
        Entry(i, str(value), abs(value - median) > far) if value < missing_from else Entry(i, "—", False)
        for i, value in enumerate(values, 1)
    ]
    return Table(title, summary, entries)
