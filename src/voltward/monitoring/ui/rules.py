"""The catalogue of rules: what is judged, by which limits, how often it told something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from voltward.base.errors import NotFound
from voltward.findings.catalogue import RULES, detector_of, rule_of
from voltward.findings.detector import Rule
from voltward.fleet.models import BatteryType
from voltward.monitoring.limit_keys import KnownLimit, known_limits
from voltward.monitoring.limit_titles import limit_title
from voltward.monitoring.limit_words import KINDS, number_text, rule_title
from voltward.monitoring.models import LimitRevision
from voltward.monitoring.selectors.limits import limits_by_key
from voltward.monitoring.selectors.rules import RuleFigures, rule_figures
from voltward.pages.access import needs
from voltward.records.actors import actor_of

Held = dict[str, list[tuple[LimitRevision, dict[str, Any]]]]
NOTHING = RuleFigures()


@dataclass(frozen=True)
class Line:
    """One rule. ``own``: how many of its detector's limits the maker has set somewhere."""

    rule: Rule
    title: str
    limits: int
    own: int
    figures: RuleFigures


@needs("telemetry.read")
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """All rules by kind."""
    actor = actor_of(request)
    held, figures = limits_by_key(actor), rule_figures(actor)
    sections = []
    for kind, title in KINDS.items():
        lines = [
            _line(rule, held, figures.get(rule.code, NOTHING))
            for rule in RULES.values()
            if rule.kind == kind
        ]
        if lines:
            sections.append((title, lines))
    return render(request, "monitoring/rules.html", {"sections": sections})


def _line(rule: Rule, held: Held, figures: RuleFigures) -> Line:
    limits = _limits_of(rule)
    own = sum(1 for one in limits if one.key in held)
    return Line(rule, rule_title(rule), len(limits), own, figures)


def _limits_of(rule: Rule) -> list[KnownLimit]:
    """A rule's limits: all of its detector, of the flags only the level of its own bit."""
    detector = detector_of(rule.code)
    found = [one for one in known_limits().values() if detector and one.detector is detector]
    if rule.kind in ("fault", "flag") and rule.code.startswith("fault."):
        key = f"fault.level_{rule.code.removeprefix('fault.')}"
        return [one for one in found if one.key == key]
    return found


@dataclass(frozen=True)
class LimitLine:
    """One limit of a rule: its default, those of chemistries, and what is in force where."""

    key: str
    title: str
    default: str
    by_chemistry: list[tuple[str, str]]
    span: str
    source: str
    confidence: str
    held: list[tuple[LimitRevision, str, str]]


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One rule with its limits, per scope, with source and revision."""
    actor, rule = actor_of(request), rule_of(code)
    if rule is None:
        raise NotFound(f"rule {code}")
    held = limits_by_key(actor)
    context = {
        "rule": rule,
        "title": rule_title(rule),
        "kind": KINDS.get(rule.kind, rule.kind),
        "figures": rule_figures(actor).get(code, NOTHING),
        "limits": [_limit_line(one, held) for one in _limits_of(rule)],
    }
    return render(request, "monitoring/rule.html", context)


def _limit_line(known: KnownLimit, held: Held) -> LimitLine:
    limit, names = known.limit, dict(BatteryType.CHEMISTRIES)
    return LimitLine(
        known.key,
        limit_title(known.key),
        number_text(known.default(), limit.unit),
        [(str(names.get(code, code)), number_text(known.default(code), limit.unit))
         for code in limit.by_chemistry],
        f"{limit.lowest:g} – {limit.highest:g}",
        limit.source,
        limit.confidence,
        [(revision, number_text(entry["value"], limit.unit), entry["source"])
         for revision, entry in held.get(known.key, [])],
    )  # fmt: skip
