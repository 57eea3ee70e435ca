"""In which order findings reach the desk when thousands come at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from voltward.findings.finding import NOT_REPORTED, Finding


def level_of(finding: Finding) -> int:
    """The higher of what was judged and what the vehicle said."""
    reported = 0 if finding.reported_level == NOT_REPORTED else finding.reported_level
    return max(finding.level, reported)


def most_urgent_first(findings: Sequence[Finding], at_once: int) -> Iterator[list[Finding]]:
    """All of them in stretches of about ``at_once``: by level, and one of each vehicle before any second.

    Those of one vehicle and rule stay in their order and in one stretch, with the level of the gravest.
    """
    groups: dict[tuple[int, str], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.vehicle_id, one.rule), []).append(one)
    level = {name: max(level_of(one) for one in group) for name, group in groups.items()}
    met: Counter[int] = Counter()
    turn = {}
    for name in sorted(groups, key=lambda name: -level[name]):
        turn[name] = met[name[0]]
        met[name[0]] += 1
    stretch: list[Finding] = []
    for name in sorted(groups, key=lambda name: (-level[name], turn[name])):
        stretch += groups[name]
        if len(stretch) >= at_once:
            yield stretch
            stretch = []
    if stretch:
        yield stretch
