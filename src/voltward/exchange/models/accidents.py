"""Accident data (事故数据包): what a vehicle sent around a moment, frozen with its hashes."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.exchange import accident_states as states
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


@tracked(exclude=["looked_at", "is_told"])
class AccidentPackage(models.Model):
    """A vehicle and a moment whose frames are kept apart from store and journal.

    ``moment``: in the vehicle's own clock. ``seconds``: of the window that have a frame, in the newest
    version. ``report_asked_by``: who decided that it is an accident which public platforms are told of.
    ``looked_at``: when it was last looked whether more has come in. ``is_told``: whether platforms that
    are to be told know the newest version.
    """

    STATES = [
        (states.WAITING, _("待固定")),
        (states.COMPLETE, _("已固定，数据完整")),
        (states.PARTIAL, _("已固定，有缺秒")),
        (states.EMPTY, _("已固定，无数据")),
    ]
    SOURCES = [
        (states.THERMAL, _("热事件自动提出")),
        (states.ALARM, _("由告警提出")),
        (states.HAND, _("人工提出")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="accidents", verbose_name=_("车辆")
    )
    moment = models.DateTimeField(_("事故时刻"))
    source = models.CharField(_("提出方式"), max_length=8, choices=SOURCES)
    alarm = models.ForeignKey(
        Alarm, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("告警")
    )
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    asked_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=states.WAITING)
    seconds = models.PositiveSmallIntegerField(_("有数据的秒数"), default=0)
    looked_at = models.DateTimeField(null=True)
    report_asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("报送决定人")
    )
    report_asked_at = models.DateTimeField(_("报送决定时间"), null=True)
    is_told = models.BooleanField(default=False)
    report_reason = models.CharField(_("报送理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("事故数据包")
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "moment"], name="accident_once"),
            models.CheckConstraint(
                name="accident_reported_by_somebody",
                condition=models.Q(report_asked_by=None, report_asked_at=None)
                | models.Q(report_asked_by__isnull=False, report_asked_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["maker", "moment", "id"], name="accident_by_moment"),
            models.Index(fields=["maker", "asked_at", "id"], name="accident_by_asked"),
            models.Index(fields=["looked_at"], name="accident_looked_after"),
            models.Index(
                fields=["id"],
                name="accident_to_tell",
                condition=models.Q(report_asked_by__isnull=False, is_told=False),
            ),
        ]

    def __str__(self) -> str:
        return f"A{self.pk} · {self.vehicle}"

    @property
    def is_frozen(self) -> bool:
        return self.state in states.FROZEN


class AccidentVersion(models.Model):
    """What was there when it was frozen; nobody changes a row, late frames make the next one.

    ``missing``: seconds of the window without a frame, counted from the moment. ``sha256``: of the ZIP
    file in the attachment store, ``manifest_sha256``: of the list of all its files with their hashes,
    ``frames_sha256``: of what was sent, whatever version it is in. ``unreadable``: rows whose raw frame
    is kept nowhere any more.
    """

    append_only = True

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    package = models.ForeignKey(AccidentPackage, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版本"))
    made_at = models.DateTimeField(_("固定时间"), db_default=Now(), editable=False)
    begins_at = models.DateTimeField(_("起"))
    ends_at = models.DateTimeField(_("止"))
    frames = models.PositiveIntegerField(_("帧数"))
    reissued = models.PositiveIntegerField(_("其中补发"))
    unreadable = models.PositiveIntegerField(_("原始报文缺失"))
    missing = models.JSONField(_("缺秒"), default=list)
    size_bytes = models.BigIntegerField(_("大小"))
    sha256 = models.CharField("SHA-256", max_length=64)
    manifest_sha256 = models.CharField(_("清单 SHA-256"), max_length=64)
    frames_sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("事故数据包版本")
        constraints = [
            models.UniqueConstraint(fields=["package", "number"], name="accident_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.package} v{self.number}"

    @property
    def missing_before(self) -> list[int]:
        return [second for second in self.missing if second < 0]

    @property
    def missing_after(self) -> list[int]:
        return [second for second in self.missing if second >= 0]
