"""How long each kind of record is kept, by whose rule, and what holds deletion up."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked

CONFIDENCE = [
    ("A", _("已核对官方原文")),
    ("B", _("二手来源")),
    ("C", _("弱来源")),
    ("M", _("凭记忆，待核")),
    ("own", _("本平台默认或企业自定")),
]


@tracked()
class RetentionClass(models.Model):
    """A kind of record by how long it is kept; every kept thing names one."""

    code = models.CharField(_("类别"), max_length=32, primary_key=True)
    title_zh = models.CharField(_("中文名称"), max_length=120)
    title_en = models.CharField(_("英文名称"), max_length=120)
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        verbose_name = _("保存期限类别")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.title_en if translation.get_language() == "en" else self.title_zh


@tracked()
class RetentionRule(models.Model):
    """How long a class is kept, from ``effective_from`` until before ``effective_to``.

    Rules stand side by side: the longest of those in force wins. A maker's own rule may stand in
    the place of another (``replaces``) for that maker; a ``legal`` one is replaced by a legal one only.
    """

    THEN = [
        ("delete", _("删除")),
        ("pseudonymise", _("去标识化")),
        ("review", _("转人工复核")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    retention_class = models.ForeignKey(
        RetentionClass, on_delete=models.PROTECT, related_name="rules", verbose_name=_("类别")
    )
    keep_years = models.PositiveSmallIntegerField(_("年"), default=0)
    keep_months = models.PositiveSmallIntegerField(_("月"), default=0)
    # as long as the vehicle's product life, and never shorter than the years and months beside it
    keep_life = models.BooleanField(_("产品寿命期"), default=False)
    # product life where the model's master data do not say
    life_years = models.PositiveSmallIntegerField(_("默认产品寿命（年）"), default=15)
    legal = models.BooleanField(_("法定最短期限"), default=False)
    then = models.CharField(_("到期后"), max_length=16, choices=THEN, default="review")
    basis = models.CharField(_("依据"), max_length=200)
    source = models.CharField(
        _("出处编号"), max_length=40
    )  # F-5.xx of the fact sheet, or the proposal
    confidence = models.CharField(_("可信度"), max_length=4, choices=CONFIDENCE)
    effective_from = models.DateField(_("生效日"))
    effective_to = models.DateField(_("失效日"), null=True, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    approval = models.ForeignKey(
        "records.Approval", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("保存期限规则")
        indexes = [models.Index(fields=["retention_class", "maker"], name="retention_of")]
        constraints = [
            models.CheckConstraint(
                name="retention_order",
                condition=models.Q(effective_to=None)
                | models.Q(effective_to__gt=models.F("effective_from")),
            ),
            # the fact sheet: product life is never taken as less than ten years
            models.CheckConstraint(
                name="retention_life_floor",
                condition=models.Q(keep_life=False)
                | models.Q(life_years__gte=10, keep_years__gte=10),
            ),
            models.CheckConstraint(
                name="retention_changes_approved",
                condition=models.Q(maker=None) | models.Q(approval__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.retention_class_id} {self.source}"


@tracked()
class LegalHold(models.Model):
    """Nothing it names is deleted until somebody lifts it: an investigation, a recall, a lawsuit."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("事由"), max_length=300)
    placed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("发起人")
    )
    placed_at = models.DateTimeField(_("发起时间"), db_default=Now(), editable=False)
    lifted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("解除人")
    )
    lifted_at = models.DateTimeField(_("解除时间"), null=True)
    lifted_reason = models.CharField(_("解除理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("法律保全")
        constraints = [
            models.CheckConstraint(
                name="hold_lifted_by_somebody",
                condition=models.Q(lifted_at=None, lifted_by=None)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.reason


@tracked()
class HeldRecord(models.Model):
    """One record under a hold, named by its label (``Vehicle:17``)."""

    hold = models.ForeignKey(LegalHold, on_delete=models.CASCADE, related_name="records")
    record = models.CharField(_("记录"), max_length=120)

    class Meta:
        verbose_name = _("保全对象")
        indexes = [models.Index(fields=["record"], name="held_record")]
        constraints = [models.UniqueConstraint(fields=["hold", "record"], name="held_once")]

    def __str__(self) -> str:
        return self.record
