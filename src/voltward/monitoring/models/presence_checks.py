"""Presence checks (查岗): whether somebody really sits at the desk, asked when nobody foresees it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.monitoring.models.roster import Shift
from voltward.records.models import DeadlineRule, Maker, Person
from voltward.records.tracking import tracked


@tracked()
class PresenceCheck(models.Model):
    """One question to one person. ``rule``: the revision that says how long there is for an answer.

    ``planned_at``: the instant drawn from the shift's seed; ``asked_at``: when it really was asked.
    """

    WAITING, ANSWERED, LATE, MISSED = "waiting", "answered", "late", "missed"
    STATES = [
        (WAITING, _("待应答")),
        (ANSWERED, _("已应答")),
        (LATE, _("超时应答")),
        (MISSED, _("未应答")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="checks")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("值班人员")
    )
    rule = models.ForeignKey(DeadlineRule, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    asked_at = models.DateTimeField(_("查岗时间"))
    answer_by = models.DateTimeField(_("应答截止"))
    answered_at = models.DateTimeField(_("应答时间"), null=True)
    escalated_at = models.DateTimeField(_("升级时间"), null=True)
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default=WAITING)

    class Meta:
        verbose_name = _("查岗")
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "person", "planned_at"], name="presence_check_once"
            ),
            models.CheckConstraint(
                name="presence_check_answered",
                condition=models.Q(state__in=["answered", "late"], answered_at__isnull=False)
                | models.Q(state__in=["waiting", "missed"], answered_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["maker", "-asked_at", "-id"], name="presence_check_newest"),
            models.Index(
                fields=["answer_by"],
                name="presence_check_open",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift} · {self.person}"
