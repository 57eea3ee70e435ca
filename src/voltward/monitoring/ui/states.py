"""The newest state of a vehicle as the live page shows and pushes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from voltward.monitoring.extremes import with_extremes
from voltward.monitoring.fault_words import LISTS, Meanings, codes_of_state, codes_text
from voltward.monitoring.panels import FAULT_CODES, GROUPS, LIVE_FIELDS, LIVE_PANELS
from voltward.monitoring.texts import DASH, Text, exact, level_meaning, shown, title_of, unit_of
from voltward.telemetry.queries import LatestState

FAR_MV = 20  # an entry this far from the median is framed; a help for the eye, not a judgement
FAR_C = 10
NAMED = 3  # so many of the farthest are named in words


@dataclass(frozen=True)
class LiveRow:
    """One line of a live table."""

    field: str
    title: str
    text: Text
    unit: str


@dataclass(frozen=True)
class LiveGroup:
    title: str
    rows: list[LiveRow]


@dataclass(frozen=True)
class Entry:
    """One cell or probe; ``far``: it stands out from the others, ``side`` high or low."""

    label: str
    text: str
    side: str = ""


@dataclass(frozen=True)
class Table:
    """``summary``: the numbers in one line. ``farthest``: those that stand out, in words."""

    title: str
    summary: str
    farthest: str
    entries: list[Entry]


@dataclass(frozen=True)
class _Kind:
    """``sizes``, ``packs``: the columns that say how many values of which pack there are."""

    title: str
    unit: str
    far: int
    sizes: str
    packs: str


def groups_of(state: LatestState | None, meanings: Meanings) -> list[LiveGroup]:
    """The live tables; dashes before the first frame."""
    whole = with_extremes(state) if state else None
    return [
        LiveGroup(
            str(group.title),
            [
                LiveRow(field, _title_of(field), text_of(field, whole, meanings), unit_of(field))
                for field in group.fields
            ],
        )
        for group in GROUPS
    ]


def _title_of(field: str) -> str:
    return _("企业故障码") if field == FAULT_CODES else title_of(field)


def text_of(field: str, state: LatestState | None, meanings: Meanings) -> Text:
    """A live value, with what its level means where it is one, and the maker's codes in words."""
    if state is None:
        return Text(DASH, _("尚未收到"))
    if field == FAULT_CODES:
        codes = codes_of_state(state.values)
        return _lists_missing(state) if codes is None else Text(codes_text(codes, meanings))
    text = shown(field, state.values[field], state.missing, state.edition)
    if field == "alarm_level" and text.level:
        return Text(level_meaning(state.values[field]), level=text.level)
    return text


def _lists_missing(state: LatestState) -> Text:
    first = next(iter(LISTS))
    return shown(first, None, state.missing, state.edition)


def message_of(state: LatestState, meanings: Meanings) -> dict[str, Any]:
    """What the page is sent when a frame came in."""
    whole = with_extremes(state)
    texts = {field: asdict(text_of(field, whole, meanings)) for field in LIVE_FIELDS}
    texts["collected_at"] = asdict(Text(collected_text(state)))
    fields = {curve.field for panel in LIVE_PANELS for curve in panel.curves}
    return {
        "collected_at_ms": int(state.collected_at.timestamp() * 1000),
        "texts": texts,
        "points": {field: exact(field, whole.values[field]) for field in sorted(fields)},
    }


def collected_text(state: LatestState) -> str:
    return timezone.localtime(state.collected_at).strftime("%Y-%m-%d %H:%M:%S")


def tables_of(state: LatestState | None) -> list[Table]:
    """Cells and probes of the newest frame; none when it had none."""
    if state is None:
        return []
    kinds = {
        "cell_voltages_mv": _Kind(
            _("单体电压"), "mV", FAR_MV, "pack_cells_in_frame", "pack_number"
        ),
        "probe_temps_c": _Kind(_("探针温度"), "℃", FAR_C, "probe_pack_count", "probe_pack_number"),
    }
    return [
        _table(kind, state.values[field], _labels(kind, state, len(state.values[field])))
        for field, kind in kinds.items()
        if state.values[field]
    ]


def _labels(kind: _Kind, state: LatestState, count: int) -> list[str]:
    """``17``, or ``2-17`` where a vehicle has several packs."""
    packs, sizes = state.values[kind.packs] or [], state.values[kind.sizes] or []
    if len(packs) < 2 or len(packs) != len(sizes) or None in sizes or sum(sizes) != count:
        return [str(number) for number in range(1, count + 1)]
    pairs = zip(packs, sizes, strict=True)
    return [f"{pack}-{number}" for pack, size in pairs for number in range(1, size + 1)]


def _table(kind: _Kind, values: Sequence[int | None], labels: Sequence[str]) -> Table:
    known = sorted(value for value in values if value is not None)
    if not known:
        summary = _("%(count)d 个，均无效") % {"count": len(values)}
        return Table(kind.title, summary, "", [Entry(label, DASH) for label in labels])
    median = known[(len(known) - 1) // 2]  # a value that was sent, as in the store
    numbers = {
        "count": len(values),
        "invalid": len(values) - len(known),
        "median": median,
        "unit": kind.unit,
        "spread": known[-1] - known[0],
    }
    summary = _("%(count)d 个 · 中位数 %(median)d %(unit)s · 极差 %(spread)d %(unit)s") % numbers
    if numbers["invalid"]:
        summary += " · " + _("%(invalid)d 个无效") % numbers
    return Table(
        kind.title,
        summary,
        _farthest(kind, values, labels, median),
        [_entry(kind, label, value, median) for label, value in zip(labels, values, strict=True)],
    )


def _entry(kind: _Kind, label: str, value: int | None, median: int) -> Entry:
    if value is None:
        return Entry(label, DASH)
    far = abs(value - median) > kind.far
    return Entry(label, str(value), ("high" if value > median else "low") if far else "")


def _farthest(kind: _Kind, values: Sequence[int | None], labels: Sequence[str], median: int) -> str:
    """``41 号 −767 mV；…``: the farthest from the median; empty when none stands out."""
    far = [
        (label, value - median)
        for label, value in zip(labels, values, strict=True)
        if value is not None and abs(value - median) > kind.far
    ]
    far.sort(key=lambda item: -abs(item[1]))
    return "；".join(
        _("%(label)s 号 %(deviation)s %(unit)s")
        % {"label": label, "deviation": signed(deviation), "unit": kind.unit}
        for label, deviation in far[:NAMED]
    )


def signed(number: int) -> str:
    """With its sign, the minus as it is printed."""
    return f"{number:+d}".replace("-", "−")
