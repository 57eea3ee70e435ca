"""Data keys of protected fields, who may see a value in the clear until when, and key rotations."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Maker, Person


class DataKey(models.Model):
    """The key of one subject (``Person:17``), wrapped by a master key; without it nothing opens.

    Erasing a subject empties ``wrapped``: the row stays and says since when.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=120)
    algorithm = models.PositiveSmallIntegerField()  # a number of ciphers.ALGORITHMS
    wrapped_by = models.CharField(max_length=32)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(null=True)  # a rotation gave the subject another key
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject"], name="data_key_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "subject"],
                name="data_key_one_in_use",
                nulls_distinct=False,
                condition=models.Q(retired_at=None, erased_at=None),
            ),
            models.CheckConstraint(
                name="data_key_erased_is_empty",
                condition=models.Q(erased_at=None) | models.Q(wrapped=b""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.id}"


class ProtectedWindow(models.Model):
    """One person may see one record's protected fields until ``until``, for the reason given."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    record = models.CharField(_("记录"), max_length=120)
    reason = models.CharField(_("理由"), max_length=200)
    opened_at = models.DateTimeField(_("开始时间"), db_default=Now(), editable=False)
    until = models.DateTimeField(_("截止时间"))

    class Meta:
        verbose_name = _("明文查看授权")
        indexes = [models.Index(fields=["person", "record", "until"], name="window_open")]

    def __str__(self) -> str:
        return f"{self.person} {self.record}"


class KeyRotation(models.Model):
    """One round of giving every subject a new key; ``reached`` lets the next run go on where it was."""

    master = models.CharField(max_length=32)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    reached = models.JSONField(default=dict)  # table to the last primary key that was sealed anew
    rows = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                name="key_rotation_one_open",
                nulls_distinct=False,
                condition=models.Q(finished_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at} {self.rows}"
