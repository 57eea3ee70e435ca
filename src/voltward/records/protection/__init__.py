"""Protected fields: personal data sealed at rest, searched by blind index, masked when shown.

A room protects a field of its own model in four steps (GB/T 22239-2019 8.1.4.8, PIPL 51)::

    class Owner(ProtectedRecord):
        maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
        phone = ProtectedText(_("手机号"), mask=masks.phone, index="phone_index")
        phone_index = BlindIndex(of="phone", normalise=normal.phone)

        def protected_subject(self) -> str:          # whose key seals it: erased with the owner
            return f"Owner:{self.subject_key}"        # must be known before the row is inserted

        def protected_maker_id(self) -> int | None:
            return self.maker_id

        @classmethod
        def protected_rows(cls, subject: str) -> QuerySet[Owner]:
            return cls.objects.filter(subject_key=subject.partition(":")[2])

    owner = Owner(maker=maker, phone="13812345678")  # plain text goes in and is sealed by save()
    str(owner.phone)                                  # "138****5678", also in templates
    Owner.objects.filter(phone_index__in=candidates(Owner, "phone", "138 1234 5678"))

Nobody gets the plain text but by ``services.protection.protected_shown``, which needs ``owner.read``
and a reason and leaves its audit row first. ``Owner.objects.update(phone="...")`` is a TypeError: a
plain text can never reach the database. Lists read the keys of a page at once with ``fields.warmed(rows)``.
"""
