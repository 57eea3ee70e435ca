"""In whose hands a vehicle is, from when until when. Who that is by name stands elsewhere.

Protected fields (name, telephone, identity number, address) belong in one model of their own,
``OwnerIdentity``, one-to-one with ``OwnerPeriod``, made of the encrypted fields of records/ with
blind index and masking. No column of this file may ever hold personal data in the clear.
"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models.vehicles import Vehicle
from voltward.records.history import tracked


@tracked()
class OwnerPeriod(models.Model):
    KINDS = [("person", _("个人")), ("company", _("单位")), ("authority", _("机关"))]
    USAGES = [
        ("private", _("私人非营运")),
        ("official", _("公务")),
        ("company", _("单位自用")),
        ("taxi", _("出租")),
        ("ride_hailing", _("网约车")),
        ("rental", _("租赁")),
        ("bus", _("公交客运")),
        ("logistics", _("货运物流")),
        ("special", _("专用作业")),
        ("other", _("其他")),
    ]

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="owner_periods")
    kind = models.CharField(_("所有人类型"), max_length=12, choices=KINDS)
    usage_class = models.CharField(_("使用性质"), max_length=16, choices=USAGES)
    # administrative division, GB/T 2260: six digits, a county at the finest
    region_code = models.CharField(
        _("行政区划代码"), max_length=6, blank=True, validators=[RegexValidator(r"^\d{6}\Z")]
    )
    since = models.DateField(_("起始日期"))
    until = models.DateField(_("截止日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("所有人期间")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"], condition=models.Q(until__isnull=True), name="one_owner_now"
            ),
            models.CheckConstraint(
                name="owner_period_order",
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.kind} {self.since}"
