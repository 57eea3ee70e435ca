"""What a maker's own fault codes mean: the lists of GB/T 32960.3 table 18 carry bare numbers."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.records.models import Maker
from voltward.records.tracking import tracked


@tracked()
class FaultCode(models.Model):
    """One code of one list. ``code``: the DWORD of the frame as eight hexadecimal digits.

    ``level``: what the maker says of it, for whoever reads the frame; levels of alarms are judged by
    limits (``fault.level_<bit>``), which a second person approves.
    """

    KINDS = [
        ("storage", _("可充电储能装置")),
        ("motor", _("驱动电机")),
        ("engine", _("发动机")),
        ("other", _("其他")),
    ]
    LEVELS = [(0, _("仅提示")), (1, _("1 级")), (2, _("2 级")), (3, _("3 级"))]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("故障列表"), max_length=8, choices=KINDS)
    code = models.CharField(
        _("故障码"),
        max_length=8,
        validators=[RegexValidator(r"^[0-9A-F]{8}\Z", _("故障码应为 8 位十六进制大写。"))],
    )
    text_zh = models.CharField(_("中文含义"), max_length=200)
    text_en = models.CharField(_("英文含义"), max_length=200, blank=True)
    level = models.PositiveSmallIntegerField(_("故障等级"), choices=LEVELS, default=0)

    class Meta:
        verbose_name = _("故障码")
        constraints = [
            models.UniqueConstraint(fields=["maker", "kind", "code"], name="fault_code_once")
        ]
        indexes = [models.Index(fields=["maker", "code", "id"], name="fault_code_by_code")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"
