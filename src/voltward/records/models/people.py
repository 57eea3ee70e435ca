"""Makers, people, their roles and tokens, and login attempts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models.marked import Marked, MarkedManager, raw
from voltward.records.protection import marks
from voltward.records.roles import ROLES, grants_of
from voltward.records.tracking import tracked

LANGUAGES = [("zh-hans", "中文"), ("en", "English")]


@tracked()
class Maker(models.Model):
    """A vehicle maker. Everything that belongs to one is invisible to the others."""

    name = models.CharField(_("企业名称"), max_length=120, unique=True)
    # world manufacturer identifiers: the first three characters of its VINs
    wmis = ArrayField(
        models.CharField(max_length=3), verbose_name=_("WMI"), default=list, blank=True
    )
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("企业")

    def __str__(self) -> str:
        return self.name


class PersonManager(MarkedManager["Person"], BaseUserManager["Person"]):
    """Finds people for Django's login; people are made by services only."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(login=(username or "").strip().lower())


@tracked(exclude=["password", "last_login", "mark"])
class Person(Marked, AbstractBaseUser):
    """Somebody (or some program) that logs in and answers for what is done in that name."""

    # the number too, or a row could be laid over another's
    MARKED = ("id", "login", "password", "maker", "is_active", "is_program")

    login = models.CharField(_("登录名"), max_length=64, unique=True)
    display_name = models.CharField(_("姓名"), max_length=64)
    # only the installation's own account belongs to no maker
    maker = models.ForeignKey(
        Maker,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("企业"),
        related_name="people",
    )
    language = models.CharField(_("语言"), max_length=16, choices=LANGUAGES, default="zh-hans")
    is_active = models.BooleanField(_("可登录"), default=True)
    # programs hold tokens and never a session
    is_program = models.BooleanField(_("程序账号"), default=False)
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)
    # None: somebody else set it, so the person chooses another at the next login
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, blank=True)

    objects = PersonManager()
    reads_only = False  # true for whoever came by a token that only reads

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("人员")
        constraints = [
            models.CheckConstraint(
                name="person_login_form",
                condition=models.Q(login__regex=r"^[a-z0-9][a-z0-9._@-]*$"),
            ),
            models.CheckConstraint(
                name="person_has_maker",
                condition=models.Q(maker__isnull=False) | models.Q(is_program=True),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def roles(self) -> frozenset[str]:
        """Codes of the roles held, read once per object; none at all where one row is forged."""
        if not hasattr(self, "_roles"):
            self.hold(self._assignments())
        return self._roles

    def hold(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Roles that were read together with the person: columns ``Assignment.KEPT``."""
        rows = list(rows)
        self._forged = tuple(f"Assignment:{row['id']}" for row in rows if not is_given(row))
        if not self.is_genuine:
            self._forged = (f"Person:{self.pk}", *self._forged)
        self._roles = frozenset() if self._forged else frozenset(row["role"] for row in rows)

    def _assignments(self) -> list[dict[str, Any]]:
        # whole rows, so that those read ahead for a list are not read again
        return [
            {name: raw(row, name) for name in Assignment.KEPT} for row in self.assignments.all()
        ]

    @property
    def forged(self) -> tuple[str, ...]:
        """Labels of the rows behind this person's rights that the platform did not write."""
        if not hasattr(self, "_forged"):
            self.hold(self._assignments())
        return self._forged

    @property
    def is_reader(self) -> bool:
        """Whether every role held only reads: then the database itself lets nothing be changed."""
        return bool(self.roles) and all(code in ROLES and ROLES[code].reads for code in self.roles)

    @property
    def grants(self) -> frozenset[str]:
        """Names of everything this person may do."""
        return grants_of(self.roles) if self.is_active else frozenset()


@tracked(exclude=["mark"])
class Assignment(Marked):
    """A role given to a person."""

    MARKED = ("person", "role", "unit", "administers", "assigned_by")
    KEPT = ("id", *MARKED, "mark")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=32)  # a code of roles.ROLES
    # where it holds: this unit and all below it; None: the whole maker
    unit = models.ForeignKey(
        "records.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # of roles.Role, kept here so that the database itself can hold administrators apart
    administers = models.CharField(max_length=16, default="", blank=True)
    assigned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MarkedManager()

    class Meta:
        verbose_name = _("角色")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "unit"], name="assignment_once", nulls_distinct=False
            ),
            # three administrators apart (三权分立, GB/T 22239-2019 8.1.5): the database says no too
            models.UniqueConstraint(
                fields=["person"],
                condition=~models.Q(administers=""),
                name="assignment_one_administrator",
            ),
            models.CheckConstraint(
                name="assignment_administers",
                condition=models.Q(role="system_admin", administers="system")
                | models.Q(role="security_admin", administers="security")
                | models.Q(role="audit_admin", administers="audit")
                | (
                    ~models.Q(role__in=["system_admin", "security_admin", "audit_admin"])
                    & models.Q(administers="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(ROLES[self.role].title) if self.role in ROLES else self.role


def is_given(row: Mapping[str, Any]) -> bool:
    """Whether the platform gave this role: a row of ``Assignment.KEPT``."""
    values = {name: row[name] for name in Assignment.MARKED}
    return marks.is_genuine(Assignment._meta.db_table, values, row["mark"])


@tracked(exclude=["digest", "last_used_at", "mark"])
class ApiToken(Marked):
    """A bearer token; only its SHA-256 is kept, so nobody can read it back."""

    MARKED = ("person", "digest", "scope", "pages", "expires_at", "revoked_at")

    SCOPES = [("read", _("只读接口")), ("wall", _("大屏"))]

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("名称"), max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    # what the token adds nothing to: it narrows the person's grants
    scope = models.CharField(_("范围"), max_length=16, choices=SCOPES, default="read")
    # scope wall: names of the only pages it opens
    pages = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("到期时间"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)

    objects = MarkedManager()

    class Meta:
        verbose_name = _("接口令牌")

    def __str__(self) -> str:
        return self.name


class LoginAttempt(models.Model):
    """One try to log in; counted to slow down guessing, never to ban an address for good."""

    login = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    succeeded = models.BooleanField(default=False)
    # what was guessed at: the password, or the second factor behind a right one
    step = models.CharField(max_length=8, default="password")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("登录尝试")
        indexes = [
            models.Index(fields=["login", "at"], name="attempt_login"),
            models.Index(fields=["address", "at"], name="attempt_address"),
        ]

    def __str__(self) -> str:
        return f"{self.login} {self.at}"
