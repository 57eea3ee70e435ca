"""In which order findings reach the desk when thousands come at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from voltward.findings.finding import Finding, graver


def most_urgent_first(findings: Sequence[Finding], at_once: int) -> Iterator[list[Finding]]:
    """All of them in stretches of about ``at_once``: by level, and one of each vehicle before any second.

    Those of one vehicle and rule stay in their order and in one stretch, with the level of the gravest.
    """
    groups: dict[tuple[int, str], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.vehicle_id, one.rule), []).append(one)
    level = {
        name: max(graver(one.level, one.reported_level) for one in group)
        for name, group in groups.items()
    }
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
