"""Imports: each run with its file and counts, what it changed, and remembered mappings."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records import import_states as states
from voltward.records.models.people import Maker, Person


class ImportRun(models.Model):
    """One upload and what became of it. ``wanted``: what the office process shall do next."""

    STATES = [
        (states.UPLOADED, _("已上传")),
        (states.MAPPED, _("已对应列")),
        (states.CHECKED, _("已检查")),
        (states.APPLIED, _("已导入")),
        (states.UNDONE, _("已撤销")),
        (states.FAILED, _("失败")),
    ]
    WANTED = [(word, word) for word in ("", "read", "check", "apply", "undo")]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("对象"), max_length=32)  # a key of pages.imports.kinds.KINDS
    state = models.CharField(_("状态"), max_length=12, choices=STATES, default=states.UPLOADED)
    wanted = models.CharField(max_length=8, choices=WANTED, default="read", blank=True)
    wanted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    good_rows_only = models.BooleanField(_("只导入通过的行"), default=False)
    attempts = models.SmallIntegerField(default=0)  # of what is wanted; counted before each

    file_name = models.CharField(_("文件"), max_length=200)
    file_sha256 = models.CharField("SHA-256", max_length=64)  # its name under DATA/imports
    file_bytes = models.BigIntegerField(_("大小"))
    sheet = models.CharField(_("工作表"), max_length=64, blank=True)
    other_sheets = models.JSONField(default=list)
    headers = models.JSONField(default=list)
    header_row = models.IntegerField(default=0)
    mapping = models.JSONField(default=dict)  # column key to index of the header
    mapping_source = models.CharField(max_length=12, blank=True)  # remembered, guessed or chosen

    total_rows = models.IntegerField(_("行数"), default=0)
    new_rows = models.IntegerField(_("新增"), default=0)
    changed_rows = models.IntegerField(_("变更"), default=0)
    same_rows = models.IntegerField(_("相同"), default=0)
    refused_rows = models.IntegerField(_("拒绝"), default=0)
    warned_rows = models.IntegerField(_("提示"), default=0)
    kept_rows = models.IntegerField(_("撤销时保留"), default=0)
    problems = models.JSONField(default=list)  # the first ones, as Problem.plain
    outcomes = models.TextField(default="", blank=True)  # one letter per row of the last check
    since = models.JSONField(default=dict)  # rows judged otherwise than at the check before
    error = models.JSONField(default=dict)  # code, found, expected; of the run as a whole

    started_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("发起人")
    )
    created_at = models.DateTimeField(_("上传时间"), db_default=Now(), editable=False)
    asked_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(_("检查时间"), null=True)
    applied_at = models.DateTimeField(_("导入时间"), null=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)

    class Meta:
        verbose_name = _("导入")
        indexes = [
            models.Index(fields=["maker", "-created_at"], name="import_maker_created"),
            models.Index(fields=["asked_at"], name="import_wanted", condition=~models.Q(wanted="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="import_applied_at",
                condition=~models.Q(state__in=[states.APPLIED, states.UNDONE])
                | models.Q(applied_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportProgress(models.Model):
    """How far the work in hand is. Apart from the run, whose row the work itself holds locked."""

    run = models.OneToOneField(ImportRun, on_delete=models.CASCADE, related_name="progress")
    done_rows = models.IntegerField(default=0)
    told_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.run_id}: {self.done_rows}"


class ImportChange(models.Model):
    """What a run did to one record, with the values before, for its undoing."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="changes")
    row = models.IntegerField(_("行"))
    record_id = models.BigIntegerField()  # of the kind's own table
    key = models.CharField(_("记录"), max_length=200)  # its natural key, as shown
    result = models.CharField(_("结果"), max_length=8)  # new or changed
    before = models.JSONField(_("之前"), default=dict)
    after = models.JSONField(_("之后"), default=dict)
    undone = models.BooleanField(default=False)
    kept = models.CharField(max_length=24, blank=True)  # why the undoing left it as it is

    class Meta:
        verbose_name = _("导入明细")
        constraints = [models.UniqueConstraint(fields=["run", "row"], name="import_change_once")]
        indexes = [models.Index(fields=["record_id"], name="import_change_record")]

    def __str__(self) -> str:
        return self.key


class ImportMapping(models.Model):
    """Which columns people chose for files with these headers: remembered for the next one."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    fingerprint = models.CharField(max_length=64)  # of the headers
    mapping = models.JSONField(default=dict)
    chosen_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "kind", "fingerprint"], name="import_mapping_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fingerprint[:8]}"
