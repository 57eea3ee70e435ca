"""Who is signed in where, since when, and by which second factor."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Person


class PersonSession(models.Model):
    """One login of a person. The browser's session names this row; an ended row opens nothing.

    It holds no session key, so who reads this table cannot take a session over.
    """

    FACTORS = [
        ("", _("无")),
        ("totp", _("动态口令")),
        ("webauthn", _("通行密钥")),
        ("recovery_codes", _("恢复码")),
        ("sso", _("统一认证")),
    ]

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sessions")
    signed_in_at = models.DateTimeField(_("登录时间"))
    touched_at = models.DateTimeField(_("最近操作"))
    # when the person last proved who they are: at login, and before sensitive changes
    confirmed_at = models.DateTimeField()
    factor = models.CharField(_("第二因素"), max_length=16, choices=FACTORS, default="", blank=True)
    # the roles held at login: once they are others, the session is over
    roles = ArrayField(models.CharField(max_length=32), default=list)
    address = models.GenericIPAddressField(_("来源地址"), null=True)
    device = models.CharField(_("设备"), max_length=200, blank=True)
    is_duty_seat = models.BooleanField(_("值班席位"), default=False)
    roster_checked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    ended_why = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("登录会话")
        indexes = [models.Index(fields=["person", "ended_at"], name="session_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.signed_in_at}"
