"""Typed links between records of any rooms."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class Link(models.Model):
    """``source`` stands in relation ``kind`` to ``target``; both are audit labels (``Vehicle:17``).

    Labels, not foreign keys: a room that is not installed is simply absent, its links wait.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=48)  # a key of links.KINDS
    source = models.CharField(max_length=120)
    target = models.CharField(max_length=120)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["maker", "source"], name="link_source"),
            models.Index(fields=["maker", "target"], name="link_target"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["maker", "kind", "source", "target"], name="link_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.target}"
