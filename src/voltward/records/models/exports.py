"""Exports above the limit: the rule that sets it, and what was asked for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.approvals import Approval
from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class ExportRule(models.Model):
    """From ``valid_from`` on, one person may take ``rows`` rows out alone; no maker: for all.

    Rows are added by an approved change and never edited.
    """

    maker = models.ForeignKey(
        Maker, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rows = models.PositiveIntegerField(_("单人导出上限（行）"))
    keep_days = models.PositiveSmallIntegerField(_("大批量导出文件保存（天）"))
    valid_from = models.DateField(_("生效日期"))
    source = models.CharField(_("依据"), max_length=200)
    confidence = models.CharField(_("可信度"), max_length=40)
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("导出规则")
        constraints = [
            models.CheckConstraint(
                name="export_rule_sizes",
                condition=models.Q(rows__gte=1, keep_days__gte=1, keep_days__lte=365),
            )
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.rows}"


class ExportRequest(models.Model):
    """A large export somebody asked for; the file is its asker's alone and kept for some days."""

    FAILURES = [
        ("", ""),
        ("not_permitted", _("申请人已无权限")),
        ("bad_input", _("筛选条件已失效")),
        ("too_many_rows", _("超出 Excel 单表行数，请用 CSV")),
        ("failed", _("生成失败")),
    ]

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    of = models.CharField(_("列表"), max_length=48)
    query = models.CharField(_("筛选条件"), max_length=2000, blank=True)
    sort = models.CharField(_("排序"), max_length=48, blank=True)
    columns = ArrayField(models.CharField(max_length=48), verbose_name=_("列"))
    format = models.CharField(_("格式"), max_length=4, choices=[("csv", "CSV"), ("xlsx", "Excel")])
    personal = models.BooleanField(_("含个人信息"), default=False)
    accepted_at = models.DateTimeField(_("批准时间"), null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(_("失败原因"), max_length=16, choices=FAILURES, blank=True)
    file_name = models.CharField(max_length=80, blank=True)
    rows = models.PositiveIntegerField(_("行数"), null=True)
    made_at = models.DateTimeField(_("生成时间"), null=True)
    expires_at = models.DateTimeField(_("保存至"), null=True)

    class Meta:
        verbose_name = _("大批量导出")
        indexes = [
            models.Index(fields=["asked_by", "-id"], name="export_request_asked_by"),
            models.Index(
                fields=["accepted_at"],
                name="export_request_to_do",
                condition=models.Q(accepted_at__isnull=False, made_at__isnull=True, failure=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="export_request_made",
                condition=models.Q(made_at__isnull=True)
                | models.Q(accepted_at__isnull=False, expires_at__isnull=False, rows__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.format}"
