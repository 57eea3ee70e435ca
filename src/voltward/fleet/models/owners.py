"""In whose hands a vehicle is, from when until when; who that is by name is sealed beside it.

Name, telephone, identity number and address stand in ``OwnerIdentity`` alone, made of the protected
fields of records/. No column of this file may ever hold personal data in the clear.
"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models.vehicles import Vehicle
from voltward.records.models import Maker
from voltward.records.protection import masks, normal
from voltward.records.protection.fields import BlindIndex, ProtectedRecord, ProtectedText
from voltward.records.tracking import tracked


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


class OwnerIdentity(ProtectedRecord):
    """Who holds a vehicle in one period. Not tracked: a history would outlive an erasure.

    The period is the subject whose key seals it, so erasing leaves the sale, its dates and its usage
    class. ``erased_at``: since when nothing of it opens; it is never filled again.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    period = models.OneToOneField(
        OwnerPeriod,
        on_delete=models.PROTECT,
        related_name="identity",
        verbose_name=_("所有人期间"),
    )
    name = ProtectedText(_("姓名或名称"), mask=masks.name)
    phone = ProtectedText(_("联系电话"), mask=masks.phone, index="phone_index")
    phone_index = BlindIndex(of="phone", normalise=normal.phone)
    # of a person the identity card, of a company its unified social credit code
    identity_number = ProtectedText(
        _("证件号码"), mask=masks.identity_number, index="identity_number_index"
    )
    identity_number_index = BlindIndex(of="identity_number", normalise=normal.code)
    address = ProtectedText(_("联系地址"), mask=masks.address)
    changed_at = models.DateTimeField(_("更新时间"), auto_now=True)
    erased_at = models.DateTimeField(_("删除时间"), null=True, editable=False)

    class Meta:
        verbose_name = _("所有人身份")

    def __str__(self) -> str:
        return f"{self.period_id}"

    def protected_subject(self) -> str:
        return f"OwnerPeriod:{self.period_id}"

    def protected_maker_id(self) -> int | None:
        return self.maker_id

    @classmethod
    def protected_rows(cls, subject: str) -> models.QuerySet[OwnerIdentity]:
        kind, _colon, key = subject.partition(":")
        mine = kind == "OwnerPeriod" and key.isdigit()
        return cls.objects.filter(period=int(key)) if mine else cls.objects.none()
