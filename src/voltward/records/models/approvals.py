"""What one person asked for and a second one must agree to before it happens."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.marked import Marked, MarkedManager
from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked


@tracked(exclude=["payload", "mark"])  # a payload may hold what is protected elsewhere
class Approval(Marked):
    """A wish that waits for a second person. ``payload`` is all that carrying it out needs."""

    MARKED = ("id", "maker", "kind", "title", "payload", "state", "asked_by", "decided_by")

    STATES = [
        ("waiting", _("待审批")),
        ("accepted", _("已同意")),
        ("refused", _("已拒绝")),
        ("withdrawn", _("已撤回")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("事项"), max_length=48)  # a key of approvals.KINDS
    title = models.CharField(_("内容"), max_length=200)
    payload = models.JSONField(default=dict)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=STATES, default="waiting")
    asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    asked_at = models.DateTimeField(_("申请时间"), db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审批人")
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    note = models.CharField(_("审批意见"), max_length=500, blank=True)

    objects = MarkedManager()

    class Meta:
        verbose_name = _("审批")
        indexes = [models.Index(fields=["maker", "state", "asked_at"], name="approval_open")]
        constraints = [
            models.CheckConstraint(
                name="approval_second_person",
                condition=~models.Q(state__in=["accepted", "refused"])
                | (
                    models.Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(decided_by=models.F("asked_by"))
                ),
            )
        ]

    def __str__(self) -> str:
        return self.title
