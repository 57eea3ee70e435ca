"""Public platforms that vehicles' frames go to: each one's settings as revisions, its vehicles and items as rows."""

from __future__ import annotations

from typing import Final

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.exchange import platform_states as states
from voltward.fleet.models import OwnerPeriod, Vehicle, VehicleModel
from voltward.records.models import Approval, DeadlineRule, Maker, Person
from voltward.records.tracking import tracked
from voltward.uplink.links import MOST_LINKS, NOT_ENCRYPTED

MODEL, USAGE, REGION, VEHICLE = "model", "usage", "region", "vehicle"
LAST_TYPE: Final = 0xFE  # FF begins the signature (2025), which is no information type


@tracked()
class PublicPlatform(models.Model):
    """One public platform. ``name``: of its folders, streams and commands, once in an installation.

    ``number``: its bit in the vehicles' masks, never given to another: retired ones keep theirs.
    The approved revision with the highest number is in force.
    """

    KINDS = [
        ("national", _("国家平台")),
        ("local", _("地方平台")),
        ("client", _("客户平台")),
    ]
    STATES = [
        (states.DRAFT, _("草稿")),
        (states.APPROVED, _("已批准")),
        (states.RETIRED, _("已停用")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("代号"), max_length=32, unique=True)
    number = models.PositiveSmallIntegerField(_("编号"), unique=True)
    title = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("平台类型"), max_length=8, choices=KINDS)
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=states.DRAFT)
    is_paused = models.BooleanField(_("已暂停"), default=False)
    paused_reason = models.CharField(_("暂停理由"), max_length=300, blank=True)
    paused_at = models.DateTimeField(_("暂停时间"), null=True)
    paused_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("暂停人")
    )
    created_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("建立人")
    )
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("公共平台")
        constraints = [
            models.CheckConstraint(
                name="platform_number_fits", condition=models.Q(number__lt=MOST_LINKS)
            ),
        ]
        indexes = [
            models.Index(fields=["maker", "title", "id"], name="public_platform_by_title"),
            models.Index(fields=["maker", "name", "id"], name="public_platform_by_name"),
        ]

    def __str__(self) -> str:
        return self.title


@tracked(exclude=["sealed"])
class PlatformRevision(models.Model):
    """All settings of a platform from an instant on: written by one person, approved by another.

    ``sealed``: the password, opened only to be told to the uplink. ``base``: the one in force when it
    was begun; only what is based on the newest may be approved. ``by_command``: put in force by whoever
    administers the machine, which takes no second person. The other names are those of ``uplink.links.Link``.
    """

    STATES = [
        (states.DRAFT, _("草稿")),
        (states.PROPOSED, _("待审批")),
        (states.APPROVED, _("已批准")),
        (states.DROPPED, _("已作废")),
    ]
    EDITIONS = [(2016, "GB/T 32960.3-2016"), (2025, "GB/T 32960.3-2025")]
    ENCRYPTIONS = [
        (NOT_ENCRYPTED, _("不加密")), (2, "RSA"), (3, "AES-128"), (4, "SM2"), (5, "SM4"),
    ]  # fmt: skip

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(PublicPlatform, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=8, choices=STATES, default=states.DRAFT)
    note = models.CharField(_("修订理由"), max_length=500, blank=True)
    host = models.CharField(_("主机"), max_length=253)
    port = models.PositiveIntegerField(_("端口"))
    tls = models.BooleanField(_("使用 TLS"), default=False)
    ca_pem = models.TextField(_("对方 CA 证书（PEM）"), blank=True, max_length=20_000)
    edition = models.PositiveSmallIntegerField(_("协议版本"), choices=EDITIONS, default=2016)
    encryption = models.PositiveSmallIntegerField(
        _("数据单元加密"), choices=ENCRYPTIONS, default=NOT_ENCRYPTED
    )
    identity = models.CharField(_("平台唯一识别码"), max_length=17)
    user = models.CharField(_("平台登入用户名"), max_length=12)
    sealed = models.BinaryField(null=True)
    password_set_at = models.DateTimeField(_("密码更换时间"), null=True)
    all_vehicles = models.BooleanField(_("全部车辆"), default=True)
    waits = models.BooleanField(_("等待逐条应答"), default=True)
    window = models.PositiveIntegerField(
        _("未应答报文上限"),
        default=1000,
        validators=[MinValueValidator(1), MaxValueValidator(65_535)],
    )
    per_s = models.PositiveIntegerField(_("每秒上限（0 为不限）"), default=0)
    reissue_per_s = models.PositiveIntegerField(_("每秒补发上限（0 为不限）"), default=0)
    live_s = models.PositiveIntegerField(
        _("实时时限（秒）"), default=60, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    retry_s = models.PositiveIntegerField(
        _("重试间隔（秒）"), default=60, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    reports = models.BooleanField(_("上报故障、隐患与处置（GB/T 45688）"), default=True)
    reports_2025 = models.BooleanField(_("上述报文以 $$ 开头"), default=False)
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    drafted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    drafted_at = models.DateTimeField(_("起草时间"), db_default=Now(), editable=False)
    proposed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("申请人")
    )
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审批")
    )
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    by_command = models.BooleanField(_("命令行设置"), default=False)

    class Meta:
        verbose_name = _("平台设置版本")
        constraints = [
            models.UniqueConstraint(fields=["platform", "number"], name="platform_revision_once"),
            models.UniqueConstraint(
                fields=["platform"],
                condition=models.Q(state=states.DRAFT),
                name="platform_one_draft",
            ),
            models.CheckConstraint(
                name="platform_second_person",
                condition=~models.Q(state=states.APPROVED)
                | models.Q(by_command=True)
                | (
                    models.Q(approved_by__isnull=False, proposed_by__isnull=False)
                    & ~models.Q(approved_by=models.F("proposed_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} r{self.number}"


@tracked()
class PlatformChoice(models.Model):
    """One row of which vehicles go over a link that does not take all of them.

    A vehicle goes when it fits every kind of row there is among models, usage classes and regions, or
    is named itself. ``region``: beginning of an administrative code (GB/T 2260): 2, 4 or 6 digits.
    """

    KINDS = [
        (MODEL, _("车型")),
        (USAGE, _("使用性质")),
        (REGION, _("行政区划")),
        (VEHICLE, _("车辆")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(PlatformRevision, on_delete=models.PROTECT, related_name="choices")
    kind = models.CharField(_("选择方式"), max_length=8, choices=KINDS)
    model = models.ForeignKey(
        VehicleModel, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("车型")
    )
    usage_class = models.CharField(
        _("使用性质"), max_length=16, choices=OwnerPeriod.USAGES, blank=True
    )
    region = models.CharField(
        _("行政区划"), max_length=6, blank=True, validators=[RegexValidator(r"^(\d\d){1,3}\Z")]
    )
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("车辆")
    )

    class Meta:
        verbose_name = _("平台车辆范围")
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "kind", "model", "usage_class", "region", "vehicle"],
                name="platform_choice_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="platform_choice_of_its_kind",
                condition=models.Q(
                    kind=MODEL, model__isnull=False, usage_class="", region="", vehicle=None
                )
                | (
                    models.Q(kind=USAGE, model=None, region="", vehicle=None)
                    & ~models.Q(usage_class="")
                )
                | (
                    models.Q(kind=REGION, model=None, usage_class="", vehicle=None)
                    & ~models.Q(region="")
                )
                | models.Q(
                    kind=VEHICLE, model=None, usage_class="", region="", vehicle__isnull=False
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.model or self.region or self.vehicle or self.get_usage_class_display())


@tracked()
class PlatformLeftOut(models.Model):
    """One information type that is not sent for a usage class ("": for all), from a day until another."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(
        PlatformRevision, on_delete=models.PROTECT, related_name="left_out"
    )
    usage_class = models.CharField(
        _("使用性质"), max_length=16, choices=OwnerPeriod.USAGES, blank=True
    )
    information_type = models.PositiveSmallIntegerField(
        _("信息类型"), validators=[MinValueValidator(1), MaxValueValidator(LAST_TYPE)]
    )
    source = models.CharField(_("依据"), max_length=240)
    confidence = models.CharField(_("可信度"), max_length=1, choices=DeadlineRule.CONFIDENCES)
    effective_from = models.DateField(_("生效日期"))
    effective_to = models.DateField(_("失效日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("平台不报送项")
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "usage_class", "information_type", "effective_from"],
                name="platform_left_out_once",
            ),
            models.CheckConstraint(
                name="platform_left_out_order",
                condition=models.Q(effective_to__isnull=True)
                | models.Q(effective_to__gt=models.F("effective_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.information_type:02X} {self.usage_class}"
