"""The roster of the desk, seven days and twenty-four hours: patterns, shifts, who is on them, swaps."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


def fresh_seed() -> str:
    """What the instants of a shift's presence checks are drawn from: nobody foresees it."""
    return secrets.token_hex(32)


@tracked()
class ShiftPattern(models.Model):
    """A shift as it comes every day. ``ends`` not after ``starts``: on the day after. Beijing time."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=24)
    starts = models.TimeField(_("开始"))
    ends = models.TimeField(_("结束"))
    people_needed = models.PositiveSmallIntegerField(_("需要人数"), default=1)
    closed_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = _("班次")
        constraints = [
            models.UniqueConstraint(fields=["maker", "name"], name="shift_pattern_once"),
            models.CheckConstraint(
                name="shift_pattern_people", condition=models.Q(people_needed__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Shift(models.Model):
    """One shift of one day. It keeps the number of people its pattern asked for when it was made.

    ``seed``: the instants of presence checks follow from it, so that they can be proved afterwards.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    pattern = models.ForeignKey(ShiftPattern, on_delete=models.PROTECT, related_name="shifts")
    name = models.CharField(_("班次"), max_length=24)
    begins_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    people_needed = models.PositiveSmallIntegerField(_("需要人数"))
    seed = models.CharField(max_length=64, default=fresh_seed, editable=False)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("排班时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("值班")
        constraints = [
            models.UniqueConstraint(fields=["pattern", "begins_at"], name="shift_once"),
            models.CheckConstraint(
                name="shift_has_length", condition=models.Q(ends_at__gt=models.F("begins_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["maker", "begins_at", "id"], name="shift_by_begin"),
            models.Index(fields=["maker", "ends_at"], name="shift_by_end"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class ShiftPerson(models.Model):
    """Somebody on a shift, ``since`` when; a swap puts another person in the same row."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("值班人员")
    )
    since = models.DateTimeField(_("排入时间"), db_default=Now())

    class Meta:
        verbose_name = _("值班人员")
        constraints = [
            models.UniqueConstraint(fields=["shift", "person"], name="shift_person_once")
        ]
        indexes = [models.Index(fields=["person", "shift"], name="shift_of_person")]

    def __str__(self) -> str:
        return str(self.person)


@tracked()
class ShiftSwap(models.Model):
    """One person asks another to take a shift over; nothing changes before the other agrees."""

    ASKED, AGREED, REFUSED, WITHDRAWN = "asked", "agreed", "refused", "withdrawn"
    STATES = [
        (ASKED, _("待对方同意")),
        (AGREED, _("已换班")),
        (REFUSED, _("对方不同意")),
        (WITHDRAWN, _("已撤回")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="swaps")
    giver = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("换出人")
    )
    taker = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("接替人")
    )
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default=ASKED)
    asked_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    decided_at = models.DateTimeField(_("答复时间"), null=True)

    class Meta:
        verbose_name = _("换班")
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "giver"],
                condition=models.Q(state="asked"),
                name="shift_swap_asked_once",
            ),
            models.CheckConstraint(
                name="shift_swap_two_people", condition=~models.Q(giver=models.F("taker"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["taker"], name="shift_swap_waiting", condition=models.Q(state="asked")
            )
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"
