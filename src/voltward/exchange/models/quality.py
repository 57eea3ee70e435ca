"""What the data of vehicles came to, by day: of each vehicle, and of each model in sum."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import Vehicle
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


class QualityDay(models.Model):
    """A vehicle's day of collection (Beijing), as far as it was received on ``received_on``.

    ``errors``: by class, count and seconds of the day of the first and the last. ``expected``,
    ``missing``: items owed by the drive type. ``lost``: reports owed in gaps while driving. ``delays``:
    real-time reports by delay, see ``uplink.quality.memory``. ``track_m``, ``path_m``, ``wheel_m``: the
    way by odometer, places, and speed over time.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="+", verbose_name=_("车辆")
    )
    model_name = models.CharField(_("车型"), max_length=80, blank=True)
    day = models.DateField(_("采集日期"))
    received_on = models.DateField(_("接收日期"))
    rows = models.PositiveIntegerField(_("报文数"))
    reissued = models.PositiveIntegerField(_("补发报文数"))
    realtime = models.PositiveIntegerField()
    expected = models.PositiveIntegerField(_("应报数据项"))
    missing = models.PositiveIntegerField(_("缺失数据项"))
    lost = models.PositiveIntegerField(_("间隔中缺失报文"))
    driving_s = models.PositiveIntegerField(_("行驶时长（s）"))
    gap_s = models.PositiveIntegerField(_("间隔时长（s）"))
    delay_ms = models.BigIntegerField()
    delays = models.JSONField(default=list)
    begin_s = models.PositiveIntegerField()
    end_s = models.PositiveIntegerField()
    track_m = models.FloatField(_("里程表行程（m）"))
    path_m = models.FloatField(_("轨迹行程（m）"))
    wheel_m = models.FloatField(_("车速积分行程（m）"))
    errors = models.JSONField(_("错误"), default=dict)
    errors_number = models.PositiveIntegerField(_("错误数"))
    taken_at = models.DateTimeField(_("更新时间"), db_default=Now())

    class Meta:
        verbose_name = _("车辆日数据质量")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "day", "received_on"], name="quality_day_once"
            )
        ]
        indexes = [
            models.Index(fields=["maker", "day", "id"], name="quality_day_by_day"),
            models.Index(fields=["maker", "errors_number", "id"], name="quality_day_by_errors"),
            models.Index(fields=["maker", "missing", "id"], name="quality_day_by_missing"),
            models.Index(fields=["maker", "gap_s", "id"], name="quality_day_by_gap"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.day}"


class QualityWaiting(models.Model):
    """A summary of a vehicle that is not on file yet, as it came; taken once it is."""

    vehicle_number = models.BigIntegerField()
    day = models.IntegerField()
    received = models.IntegerField()
    body = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle_number", "day", "received"], name="quality_waiting_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_number} {self.day}"


class QualityModelDay(models.Model):
    """The vehicles of a model on a day in sum; reckoned from their days. ``failed``: vehicles with too
    much of an error that counts; ``owed``, ``missing``: items, those of lost reports included."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    model_name = models.CharField(_("车型"), max_length=80, blank=True)
    day = models.DateField(_("日期"))
    vehicles = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    reissued = models.BigIntegerField(default=0)
    realtime = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    driving_s = models.BigIntegerField(default=0)
    gap_s = models.BigIntegerField(default=0)
    delay_ms = models.BigIntegerField(default=0)
    delays = models.JSONField(default=list)

    class Meta:
        verbose_name = _("车型日数据质量")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "day", "model_name"], name="quality_model_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model_name} {self.day}"


class QualityModelError(models.Model):
    """How often an error was found on a model's vehicles on a day, and on how many; reckoned likewise."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    model_name = models.CharField(_("车型"), max_length=80, blank=True)
    day = models.DateField(_("日期"))
    code = models.CharField(_("错误类型"), max_length=32)
    count = models.BigIntegerField(default=0)
    vehicles = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("车型日错误数")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "day", "model_name", "code"], name="quality_model_error_once"
            )
        ]
        indexes = [
            models.Index(fields=["maker", "code", "day"], name="quality_model_error_of_code")
        ]

    def __str__(self) -> str:
        return f"{self.model_name} {self.day} {self.code}"


@tracked()
class QualityLimit(models.Model):
    """One revision of one limit of data quality, from ``effective_from`` on; no maker: the platform's.

    A maker's own goes before the platform's. Rows are added by an approved change and never edited.
    """

    CONFIDENCES = [
        ("A", _("原文核对")),
        ("B", _("可靠转载")),
        ("C", _("单一来源，未证实")),
        ("M", _("工程默认值，待核对")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("编号"), max_length=48)
    revision = models.PositiveIntegerField(_("版本"), default=1)
    order = models.PositiveSmallIntegerField(default=1000)
    title_zh = models.CharField(_("名称"), max_length=120)
    title_en = models.CharField(max_length=120)
    value = models.FloatField(_("数值"))
    unit = models.CharField(_("单位"), max_length=16, blank=True)
    lowest = models.FloatField()
    highest = models.FloatField()
    source = models.CharField(_("依据"), max_length=240)
    confidence = models.CharField(_("可信度"), max_length=1, choices=CONFIDENCES)
    effective_from = models.DateField(_("生效日期"))
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)

    class Meta:
        verbose_name = _("数据质量限值")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "code", "revision"],
                name="quality_limit_revision_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="quality_limit_second_person",
                condition=models.Q(maker__isnull=True)
                | (
                    models.Q(proposed_by__isnull=False, approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="quality_limit_in_range",
                condition=models.Q(value__gte=models.F("lowest"), value__lte=models.F("highest")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.revision}"

    @property
    def title(self) -> str:
        return self.title_en if translation.get_language() == "en" else self.title_zh
