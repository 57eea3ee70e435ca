"""Verifications that somebody asks for on the page, and the job that carries them out."""

from __future__ import annotations

from django.utils import timezone

from voltward.base.errors import WrongState
from voltward.records.actions import action, record
from voltward.records.audit_keeping import keeping
from voltward.records.models import AuditVerification, Person
from voltward.records.selectors.audit_chain import verification_visible, verification_waiting
from voltward.records.selectors.audit_verification import trail_verify

KEPT_FINDINGS = 100


@action("audit.verify", needs="audit.verify")
def audit_verification_ask(actor: Person) -> AuditVerification:
    """Have the actor's maker's stream verified, in the background.

    Raises:
        WrongState: one is under way already.
    """
    if verification_visible(actor).filter(ended_at=None).exists():
        raise WrongState("audit.verify: one is under way")
    asked = AuditVerification.objects.create(maker=actor.maker, asked_by=actor)
    record(actor, "audit.verify", asked, before={}, after={"stream": actor.maker_id or 0})
    return asked


def audit_verification_run() -> int:
    """Carry out the next one; one that was killed is begun again."""
    asked = verification_waiting()
    if asked is None:
        return 0
    report = trail_verify(keeping(), stream=asked.maker_id or 0)
    mine = (asked.maker_id or 0, None)
    asked.rows, asked.seals, asked.checkpoints = report.rows, report.seals, report.checkpoints
    # what checkpoints say of another maker's stream is not this reader's
    foreign = [one for one in report.findings if one.stream not in mine]
    asked.finding_count = report.finding_count - len(foreign)
    own = [one for one in report.findings if one.stream in mine][:KEPT_FINDINGS]
    asked.findings = [[one.code, one.where, one.found, one.expected] for one in own]
    asked.ended_at = timezone.now()
    asked.save()
    return 1
