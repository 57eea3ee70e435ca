"""Manual reports (人工报告): thermal events that a platform of the 2016 edition heard of as level 3."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.exchange import manual_report_states as states
from voltward.exchange.models.platforms import PublicPlatform
from voltward.exchange.models.reports import ReportDue
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


@tracked(exclude=["ends_at"])
class ManualReport(models.Model):
    """One event of a vehicle that a platform must be told of by a person; one for each platform.

    ``number``: of the vehicle in the store; ``vehicle`` None: it is not on file. ``begins_at``,
    ``ends_at``: of what was sent as less than it is, in the vehicle's own clock, the end to a minute.
    ``told_at``: when level 3 was sent first; None: no frame of it was. ``report``: the message of
    GB/T 45688 that could not say it, where there is one. ``reported_at``: when a person reported it,
    None where nothing was to be reported.
    """

    STATES = [
        (states.OPEN, _("待人工报告")),
        (states.RECORDED, _("待复核")),
        (states.CLOSED, _("已关闭")),
    ]
    PHONE, LETTER, PORTAL, NOT_DUE = "phone", "letter", "portal", "not_due"
    WAYS = [
        (PHONE, _("电话")),
        (LETTER, _("书面函件")),
        (PORTAL, _("平台网页填报")),
        (NOT_DUE, _("无需报告")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(
        PublicPlatform, on_delete=models.PROTECT, related_name="+", verbose_name=_("公共平台")
    )
    number = models.BigIntegerField(_("车辆编号"))
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("车辆")
    )
    alarm = models.ForeignKey(
        Alarm, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("告警")
    )
    report = models.ForeignKey(
        ReportDue, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("监管报文")
    )
    begins_at = models.DateTimeField(_("事件开始"))
    ends_at = models.DateTimeField(_("事件最近"))
    told_at = models.DateTimeField(_("以 3 级发送时间"), null=True)
    opened_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=states.OPEN)
    way = models.CharField(_("报告方式"), max_length=8, choices=WAYS, blank=True)
    addressee = models.CharField(_("报告对象"), max_length=200, blank=True)
    reported_at = models.DateTimeField(_("报告时间"), null=True)
    receipt = models.CharField(_("回执"), max_length=300, blank=True)
    text = models.CharField(_("报告内容或理由"), max_length=1000, blank=True)
    recorded_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"), null=True)
    closed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    closed_at = models.DateTimeField(_("关闭时间"), null=True)

    class Meta:
        verbose_name = _("人工报告")
        constraints = [
            models.CheckConstraint(
                name="manual_report_recorded_by_somebody",
                condition=models.Q(state=states.OPEN)
                | (
                    ~models.Q(way="")
                    & models.Q(recorded_by__isnull=False, recorded_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="manual_report_closed_by_a_second",
                condition=~models.Q(state=states.CLOSED)
                | (
                    models.Q(closed_by__isnull=False, closed_at__isnull=False)
                    & ~models.Q(closed_by=models.F("recorded_by"))
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "number", "begins_at"], name="manual_report_of_event"),
            models.Index(fields=["maker", "opened_at", "id"], name="manual_report_by_opened"),
            models.Index(fields=["maker", "begins_at", "id"], name="manual_report_by_begin"),
        ]

    def __str__(self) -> str:
        return f"M{self.pk} · {self.vehicle or self.number}"

    @property
    def is_going(self) -> bool:
        return self.state != states.CLOSED
