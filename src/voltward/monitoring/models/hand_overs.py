"""Hand-overs of the desk (交接班): what is open, what the giver says of it, signed by both."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.monitoring.models.roster import Shift
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


@tracked()
class HandOver(models.Model):
    """The hand-over at the end of a shift; without ``taken_by`` it is not done.

    ``items``: what was open when it was given, as ``duty_ports.OpenItem`` gives it.
    """

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    shift = models.OneToOneField(Shift, on_delete=models.PROTECT, related_name="hand_over")
    note = models.TextField(_("交班说明"), max_length=2000)
    items = models.JSONField(_("未了事项"), default=list)
    given_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("交班人")
    )
    given_at = models.DateTimeField(_("交班时间"))
    taken_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("接班人")
    )
    taken_at = models.DateTimeField(_("接班时间"), null=True)
    taker_note = models.CharField(_("接班说明"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("交接班")
        constraints = [
            models.CheckConstraint(
                name="hand_over_two_people",
                condition=models.Q(taken_by__isnull=True, taken_at__isnull=True)
                | (
                    models.Q(taken_by__isnull=False, taken_at__isnull=False)
                    & ~models.Q(taken_by=models.F("given_by"))
                ),
            )
        ]
        indexes = [models.Index(fields=["maker", "-given_at", "-id"], name="hand_over_newest")]

    def __str__(self) -> str:
        return str(self.shift)

    @property
    def is_done(self) -> bool:
        return self.taken_by_id is not None
