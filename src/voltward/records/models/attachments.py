"""Files that belong to records: each content kept once, one row for each use of it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Maker, Person
from voltward.records.models.retention import CONFIDENCE, RetentionClass
from voltward.records.tracking import tracked


class StoredContent(models.Model):
    """A file's content by its SHA-256; the bytes lie in the attachment store before the row is made."""

    SCANS = [
        ("not_scanned", _("未查毒")),
        ("waiting", _("待查毒")),
        ("clean", _("查毒通过")),
        ("infected", _("含恶意代码")),
    ]

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True)
    size_bytes = models.BigIntegerField(_("大小"))
    scan = models.CharField(_("查毒"), max_length=16, choices=SCANS)
    scanned_by = models.CharField(_("查毒程序"), max_length=80, blank=True)
    scan_detail = models.CharField(_("查毒结果"), max_length=200, blank=True)
    scanned_at = models.DateTimeField(_("查毒时间"), null=True)
    stored_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("文件内容")
        indexes = [
            models.Index(
                fields=["stored_at"], name="content_waiting", condition=models.Q(scan="waiting")
            )
        ]

    def __str__(self) -> str:
        return self.sha256

    @property
    def quarantined(self) -> bool:
        return self.scan in ("waiting", "infected")


@tracked()
class Attachment(models.Model):
    """One use of a content: on which record, under which name, by whom, kept how long."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    record = models.CharField(_("记录"), max_length=120)
    content = models.ForeignKey(StoredContent, on_delete=models.PROTECT, related_name="uses")
    name = models.CharField(_("文件名"), max_length=200)
    media_type = models.CharField(_("类型"), max_length=100)
    retention_class = models.ForeignKey(
        RetentionClass, on_delete=models.PROTECT, related_name="+", verbose_name=_("保存期限类别")
    )
    # what the period is counted from; None: it has not begun (a document that is still in force)
    kept_from = models.DateField(_("起算日"), null=True)
    review_since = models.DateField(_("待复核自"), null=True)
    uploaded_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("附件")
        indexes = [
            models.Index(fields=["maker", "record", "uploaded_at"], name="attachment_of"),
            models.Index(fields=["maker", "retention_class", "kept_from"], name="attachment_due"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class AttachmentLimit(models.Model):
    """How large an attachment may be, and how long whoever uploaded it may take back a slip."""

    max_bytes = models.BigIntegerField(_("单个文件上限（字节）"))
    slip_hours = models.PositiveSmallIntegerField(_("误传可撤回（小时）"))
    source = models.CharField(_("依据"), max_length=200)
    confidence = models.CharField(_("可信度"), max_length=4, choices=CONFIDENCE)
    effective_from = models.DateField(_("生效日"), unique=True)

    class Meta:
        verbose_name = _("附件限制")

    def __str__(self) -> str:
        return f"{self.effective_from}: {self.max_bytes}"
