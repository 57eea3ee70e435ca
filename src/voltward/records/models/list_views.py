"""What people keep of lists: columns, filters, which of them opens first, and subscriptions."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Maker, Person


class SavedFilter(models.Model):
    """A query of a list under a name; its owner's alone, or shared within the maker."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_filters")
    of = models.CharField(_("列表"), max_length=48)  # a key of REGISTRY.lists()
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("筛选条件"), max_length=2000, blank=True)
    sort = models.CharField(_("排序"), max_length=48, blank=True)
    columns = ArrayField(
        models.CharField(max_length=48), verbose_name=_("列"), default=list, blank=True
    )
    is_shared = models.BooleanField(_("共享"), default=False)
    saved_at = models.DateTimeField(_("保存时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("已存筛选")
        indexes = [models.Index(fields=["maker", "of"], name="saved_filter_maker_of")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "of", "name"], name="saved_filter_once")
        ]

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """How a person likes a list: its columns, and the filter it opens with."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="list_choices")
    of = models.CharField(_("列表"), max_length=48)
    columns = ArrayField(
        models.CharField(max_length=48), verbose_name=_("列"), default=list, blank=True
    )
    opens_with = models.ForeignKey(
        SavedFilter, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("列表选择")
        constraints = [models.UniqueConstraint(fields=["person", "of"], name="list_choice_once")]

    def __str__(self) -> str:
        return f"{self.person} · {self.of}"


class FilterSubscription(models.Model):
    """A person wants to hear of new rows of a saved filter.

    Rows up to ``settled_pk`` were looked at for good. Transactions end out of order, so the rows
    above it are looked at once more; ``told_pks`` are those of them that were told already.
    """

    saved_filter = models.ForeignKey(
        SavedFilter, on_delete=models.CASCADE, related_name="subscriptions"
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    settled_pk = models.BigIntegerField(default=0)
    last_pk = models.BigIntegerField(default=0)
    told_pks = ArrayField(models.BigIntegerField(), default=list, blank=True)
    since = models.DateTimeField(_("订阅时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("订阅")
        constraints = [
            models.UniqueConstraint(fields=["saved_filter", "person"], name="subscription_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.saved_filter}"
