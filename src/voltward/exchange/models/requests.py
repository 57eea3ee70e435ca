"""Frames older than the reissue window that somebody had sent to a platform all the same."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.exchange.models.platforms import PublicPlatform
from voltward.fleet.models import Vehicle
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked

WAITING, DONE = "waiting", "done"


@tracked(exclude=["places"])
class UplinkRequest(models.Model):
    """The expired frames of a vehicle and some days, to go over one link again.

    ``places``: where they lie in the journal, rows of ``uplink.due.DUE``. What became of each stands
    among the proofs of upload; done means that each has its outcome.
    """

    STATES = [(WAITING, _("发送中")), (DONE, _("已完成"))]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(PublicPlatform, on_delete=models.PROTECT, related_name="requests")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="+", verbose_name=_("车辆")
    )
    first_day = models.DateField(_("采集日期自"))
    last_day = models.DateField(_("采集日期至"))
    frames = models.PositiveIntegerField(_("帧数"))
    places = models.BinaryField()
    reason = models.CharField(_("理由"), max_length=300)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=WAITING)
    asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    asked_at = models.DateTimeField(_("申请时间"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("过期报文发送")
        indexes = [
            models.Index(fields=["platform", "-id"], name="uplink_request_of"),
            models.Index(
                fields=["id"], name="uplink_request_waiting", condition=models.Q(state=WAITING)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="uplink_request_days",
                condition=models.Q(last_day__gte=models.F("first_day")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform} · {self.vehicle} · {self.first_day} – {self.last_day}"
