"""The maker's own tree: departments and what will hang below them, posts, and who holds which."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class Unit(models.Model):
    """A department, plant, service outlet or supplier's seat; part of ``parent`` if there is one."""

    KINDS = [
        ("department", _("部门")),
        ("plant", _("生产基地")),
        ("outlet", _("服务网点")),
        ("supplier", _("供应商")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    kind = models.CharField(_("类型"), max_length=16, choices=KINDS, default="department")
    code = models.CharField(_("编码"), max_length=32)
    name = models.CharField(_("名称"), max_length=120)
    closed_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("组织单元")
        constraints = [
            models.UniqueConstraint(fields=["maker", "code"], name="unit_code_once"),
            models.CheckConstraint(
                name="unit_not_its_own_parent", condition=~models.Q(parent=models.F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Post(models.Model):
    """A post (岗位) of a unit; duties are tied to posts, people come and go."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="posts", verbose_name=_("组织单元")
    )
    name = models.CharField(_("岗位"), max_length=80)
    closed_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("岗位")
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="post_once")]

    def __str__(self) -> str:
        return self.name


@tracked()
class PostHolder(models.Model):
    """Who holds a post, from when until when."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holders")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    since = models.DateField(_("任职自"))
    until = models.DateField(_("任职至"), null=True, blank=True)

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.UniqueConstraint(
                fields=["post", "person"],
                name="post_holder_once",
                condition=models.Q(until__isnull=True),
            ),
            models.CheckConstraint(
                name="post_holder_order",
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.post}"
