"""How a person is reached: telephone and mail address, both protected; notices are sent there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Person
from voltward.records.protection import masks, normal
from voltward.records.protection.fields import BlindIndex, ProtectedRecord, ProtectedText


class PersonContact(ProtectedRecord):
    """One row a person; read with ``select_related("person")``, which says whose maker's it is."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="contact")
    phone = ProtectedText(_("手机号"), mask=masks.phone, index="phone_index")
    phone_index = BlindIndex(of="phone", normalise=normal.phone)
    email = ProtectedText(_("邮箱"), mask=masks.email, index="email_index")
    email_index = BlindIndex(of="email")
    changed_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta:
        verbose_name = _("联系方式")

    def __str__(self) -> str:
        return str(self.person)

    def protected_subject(self) -> str:
        return f"Person:{self.person_id}"

    def protected_maker_id(self) -> int | None:
        return self.person.maker_id

    @classmethod
    def protected_all(cls) -> models.QuerySet[PersonContact]:
        return cls.objects.select_related("person")

    @classmethod
    def protected_rows(cls, subject: str) -> models.QuerySet[PersonContact]:
        kind, _colon, key = subject.partition(":")
        rows = cls.protected_all()
        return rows.filter(person=int(key)) if kind == "Person" and key.isdigit() else rows.none()
