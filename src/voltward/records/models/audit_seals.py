"""The seals that chain the audit trail, what waits for one, and verifications asked for on a page."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.audit import AuditRow
from voltward.records.models.people import Maker, Person


class AuditSeal(models.Model):
    """One link of a stream's chain. ``stream`` is the number of the rows' maker, 0 the installation's.

    Seals stand beside the rows, so that no write ever waits for another's: the sealer adds them.
    """

    append_only = True

    stream = models.BigIntegerField(_("链"))
    number = models.BigIntegerField(_("链上序号"))
    # no database constraint: it would write a lock into each audit row; the verifier finds the gap
    audit_row = models.OneToOneField(
        AuditRow, on_delete=models.PROTECT, related_name="seal", db_constraint=False
    )
    algorithm = models.CharField(_("杂凑算法"), max_length=8)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(_("杂凑值"), max_length=32)
    sealed_at = models.DateTimeField(_("入链时间"))

    class Meta:
        verbose_name = _("审计链节")
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="seal_stream_number")
        ]

    def __str__(self) -> str:
        return f"{self.stream}/{self.number}"


class AuditWaiting(models.Model):
    """An audit row that the sealer has not taken yet; a trigger adds it in the row's transaction.

    A row that commits late waits here from then on, whatever was sealed meanwhile.
    """

    row_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = _("待入链的审计记录")

    def __str__(self) -> str:
        return str(self.row_id)


class AuditVerification(models.Model):
    """A verification of one maker's stream that somebody asked for on the page; a job carries it out."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("发起时间"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("完成时间"), null=True)
    rows = models.BigIntegerField(_("审计记录"), default=0)
    seals = models.BigIntegerField(_("链节"), default=0)
    checkpoints = models.BigIntegerField(_("检查点"), default=0)
    finding_count = models.BigIntegerField(_("发现"), default=0)
    findings = models.JSONField(default=list)  # the first of them, as texts

    class Meta:
        verbose_name = _("审计链核验")
        indexes = [models.Index(fields=["maker", "-asked_at"], name="verification_maker_at")]

    def __str__(self) -> str:
        return f"{self.asked_at}"
