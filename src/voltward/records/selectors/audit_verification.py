"""Verifies the trail: reads rows, seals and checkpoints and lets the pure verifiers judge them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils import timezone

from voltward.records.audit_chain import Chains, Finding, Head
from voltward.records.audit_checkpoints import Read, read_lines
from voltward.records.audit_files import lines_in
from voltward.records.audit_keeping import Keeping
from voltward.records.selectors.audit_chain import links_of, microseconds, rows_late

LATE_S: Final = 10.0  # the sealer takes a row within a second
KEPT_FINDINGS: Final = 1000


@dataclass
class Report:
    """What was looked at and what was found; ``findings`` are the first of ``finding_count``."""

    rows: int = 0
    seals: int = 0
    checkpoints: int = 0
    finding_count: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, found: Iterable[Finding]) -> None:
        for one in found:
            self.finding_count += 1
            if len(self.findings) < KEPT_FINDINGS:
                self.findings.append(one)


def trail_verify(
    keep: Keeping,
    *,
    folders: Iterable[Path] = (),
    keys: Mapping[str, Ed25519PublicKey] | None = None,
    stream: int | None = None,
    late_s: float = LATE_S,
    wait: Callable[[float], None] = time.sleep,
) -> Report:
    """Check all rows and seals against each other and against every checkpoint.

    ``folders``: checkpoints kept elsewhere, each of which must hold some; the installation's own are
    read too. ``keys``: the auditor's copies; without them the installation's own. ``stream``: that only.
    """
    report = Report()
    late = rows_late(late_s)
    heads: dict[tuple[int, int], Head] = {}
    for folder in dict.fromkeys((*keep.folders, *folders)):
        read = read_lines(lines_in(folder), keep.public_keys() if keys is None else keys)
        if not read.count and folder not in keep.folders:
            read.findings.append(
                Finding(
                    "no_checkpoint", None, f"checkpoints {folder}", "none", "signed checkpoints"
                )
            )
        report.checkpoints += read.count
        report.add(read.findings)
        report.add(_merged(heads, read, folder))
    limit = timezone.now() - timedelta(seconds=2 * keep.every_s + 60)
    mine = {key: head for key, head in heads.items() if stream is None or key[0] == stream}
    chains = Chains(mine, microseconds(limit))
    report.add(chains.verify(links_of(stream)))
    report.rows, report.seals = chains.rows, chains.seals
    if stream is None and late:
        wait(min(late_s, 2.0))  # a row may have been committed only now
        report.add(_late(row_id) for row_id in sorted(set(late) & set(rows_late(late_s))))
    return report


def _merged(heads: dict[tuple[int, int], Head], read: Read, folder: Path) -> list[Finding]:
    """Heads of one more folder; two folders must not say different things."""
    found = []
    for key, head in read.heads.items():
        known = heads.setdefault(key, head)
        if known.hash != head.hash:
            where = f"checkpoint {head.checkpoint} in {folder}, stream {key[0]} seal {key[1]}"
            found.append(Finding("checkpoint", key[0], where, head.hash.hex(), known.hash.hex()))
    return found


def _late(row_id: int) -> Finding:
    return Finding("late", None, f"row {row_id}", "still waiting", f"a seal within {LATE_S:g} s")
