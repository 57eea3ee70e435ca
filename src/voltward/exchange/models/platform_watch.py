"""What was seen of a link over the last days, and of what people were told."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.exchange.models.platforms import PublicPlatform
from voltward.records.models import Maker

DOWN: Final = "link_down"
BACKLOGS: Final = ("link_backlog_1", "link_backlog_2", "link_backlog_3", "link_backlog_4")


class PlatformSample(models.Model):
    """A link at one instant, as its uplink said. Counters go on from where the process began."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(PublicPlatform, on_delete=models.PROTECT, related_name="samples")
    at = models.DateTimeField(_("时间"))
    state = models.CharField(_("状态"), max_length=16)
    lag_s = models.FloatField(_("实时延迟（秒）"), null=True)
    due = models.BigIntegerField(_("待补发"))
    sent_per_s = models.FloatField(_("每秒发送"))
    refused = models.BigIntegerField(_("被拒收"))

    class Meta:
        verbose_name = _("链路采样")
        constraints = [
            models.UniqueConstraint(fields=["platform", "at"], name="platform_sample_once")
        ]
        indexes = [models.Index(fields=["at"], name="platform_sample_age")]

    def __str__(self) -> str:
        return f"{self.platform_id} {self.at}"


class PlatformWarning(models.Model):
    """One stretch of time in which something was wrong; told of once, when it lasted as long as its rule says.

    ``code``: of the dated rule (records.DeadlineRule). ``told_at`` None: it has not lasted so long yet.
    """

    CODES = [
        (DOWN, _("链路中断")),
        (BACKLOGS[0], _("积压提醒 1")),
        (BACKLOGS[1], _("积压提醒 2")),
        (BACKLOGS[2], _("积压提醒 3")),
        (BACKLOGS[3], _("积压提醒 4")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(PublicPlatform, on_delete=models.PROTECT, related_name="warnings")
    code = models.CharField(_("提醒"), max_length=24, choices=CODES)
    since_at = models.DateTimeField(_("起始时间"))
    told_at = models.DateTimeField(_("告知时间"), null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = _("链路提醒")
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "code"],
                condition=models.Q(ended_at__isnull=True),
                name="platform_warning_open_once",
            )
        ]
        indexes = [models.Index(fields=["platform", "-id"], name="platform_warning_of")]

    def __str__(self) -> str:
        return f"{self.code} {self.since_at}"
