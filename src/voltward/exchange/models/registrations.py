"""Static data of vehicles at public platforms (静态数据备案): what is registered, and what changed since."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voltward.exchange import registration_states as states
from voltward.exchange.models.platforms import PublicPlatform
from voltward.fleet.models import Vehicle
from voltward.records.models import Maker, Person
from voltward.records.tracking import tracked


@tracked(exclude=["state", "missing", "digest"])
class StaticRegistration(models.Model):
    """A vehicle at a platform that gets its frames. GB/T 32960.3 annex A.2.

    ``registered``: the data as they were registered, by the names of ``PlatformRegistration``, None never;
    ``registered_digest``: theirs. ``digest``: of the data as they are now, ``missing``: how many fields
    lack. ``state`` is reckoned from these, so that an index finds what is to be done.
    """

    STATES = [
        (states.INCOMPLETE, _("缺项")),
        (states.COMPLETE, _("齐全，待备案")),
        (states.REGISTERED, _("已备案")),
        (states.CHANGED, _("备案后有变更")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(
        PublicPlatform, on_delete=models.PROTECT, related_name="+", verbose_name=_("公共平台")
    )
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="registrations", verbose_name=_("车辆")
    )
    state = models.CharField(_("状态"), max_length=10, choices=STATES)
    missing = models.PositiveSmallIntegerField(_("缺项数"), default=0)
    digest = models.CharField(max_length=64)
    registered = models.JSONField(_("备案内容"), null=True)
    registered_digest = models.CharField(max_length=64, blank=True)
    registered_on = models.DateField(_("备案日期"), null=True)
    registered_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    note = models.CharField(_("备案回执或说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("静态数据备案")
        constraints = [
            models.UniqueConstraint(fields=["platform", "vehicle"], name="registration_once"),
            models.CheckConstraint(
                name="registered_by_somebody",
                condition=models.Q(registered_digest="", registered=None, registered_on=None)
                | (
                    ~models.Q(registered_digest="")
                    & models.Q(
                        registered__isnull=False,
                        registered_on__isnull=False,
                        registered_by__isnull=False,
                    )
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["maker", "state", "id"], name="registration_by_state"),
            models.Index(fields=["maker", "registered_on", "id"], name="registration_by_day"),
            models.Index(fields=["maker", "missing", "id"], name="registration_by_missing"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} · {self.platform}"
