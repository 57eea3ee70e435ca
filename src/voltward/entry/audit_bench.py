"""``voltward bench audit``: a trail of a million rows sealed, then verified with its checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

TARGET_ROWS, TARGET_S = 1_000_000, 60.0
STREAMS = 4
# by the application's role, as services add them; the texts are of usual length, some in Chinese
_FILL = """
    INSERT INTO records_auditrow
        (at, actor_id, maker_id, action, subject, result, before, after, address, request_number)
    SELECT now() - make_interval(secs => %(count)s - n), NULL, (%(makers)s::bigint[])[n %% %(streams)s],
        'vehicle.change', 'Vehicle:' || n, 'done', '{"state": "registered"}'::jsonb,
        jsonb_build_object('state', 'in_use', 'plate', '京A' || n, 'reason', '随车手续已补齐'),
        '192.0.2.7', upper(to_hex(n))
    FROM generate_series(1, %(count)s) AS n"""


@dataclass(frozen=True)
class AuditBench:
    """Seconds of each step over ``rows`` audit rows in STREAMS streams."""

    rows: int
    algorithm: str
    fill_s: float
    seal_s: float
    verify_s: float
    checkpoints: int

    def text(self) -> str:
        target_s = TARGET_S * self.rows / TARGET_ROWS
        return (
            f"{self.rows:,} audit rows in {STREAMS} streams, {self.algorithm}\n"
            f"  added in {self.fill_s:.1f} s\n"
            f"  sealed in {self.seal_s:.1f} s ({self.rows / self.seal_s:,.0f} rows/s)\n"
            f"  verified against {self.checkpoints} checkpoint in {self.verify_s:.1f} s"
            f" ({self.rows / self.verify_s:,.0f} rows/s); target {target_s:.0f} s"
        )


def run(rows: int, say: Callable[[str], None]) -> AuditBench:
    """On the database of the settings, which must be empty and migrated.

    Raises:
        AssertionError: something is not as it was sealed, or rows are missing.
    """
    from django.db import connection

    from voltward.records import selectors, services
    from voltward.records.audit_keeping import keeping
    from voltward.records.selectors.audit_verification import trail_verify
    from voltward.records.services.audit_checkpoints import audit_checkpoint
    from voltward.records.services.audit_seals import audit_rows_seal

    makers = [
        services.maker_create(selectors.installation(), name=f"bench {number}", wmis=[]).pk
        for number in range(1, STREAMS)
    ]
    say("adding rows")
    begun_s = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {"count": rows, "streams": STREAMS, "makers": makers})
    added_s = time.monotonic()
    say("sealing")
    audit_rows_seal()
    sealed_s = time.monotonic()
    audit_checkpoint()
    say("verifying")
    verifying_s = time.monotonic()
    report = trail_verify(keeping())
    verified_s = time.monotonic()
    if report.finding_count or report.seals < rows:
        raise AssertionError(report)
    return AuditBench(
        rows=report.rows,
        algorithm=keeping().algorithm,
        fill_s=added_s - begun_s,
        seal_s=sealed_s - added_s,
        verify_s=verified_s - verifying_s,
        checkpoints=report.checkpoints,
    )
