"""Limits as data: a set for each scope, its dated revisions, and the count that tells of changes."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import BatteryType, VehicleModel
from voltward.monitoring import limit_states as states
from voltward.records.models import Approval, Maker, Person
from voltward.records.tracking import tracked

MAKER, CHEMISTRY, BATTERY_TYPE, VEHICLE_MODEL = (
    "maker",
    "chemistry",
    "battery_type",
    "vehicle_model",
)
# the later one wins, key by key: what is known of fewer vehicles is known better
SCOPES = [
    (MAKER, _("全企业")),
    (CHEMISTRY, _("电化学体系")),
    (BATTERY_TYPE, _("电池类型")),
    (VEHICLE_MODEL, _("车型")),
]
CONFIDENCES = [
    ("A", _("原文核对")),
    ("B", _("可靠转载")),
    ("C", _("单一来源，未证实")),
    ("M", _("行业经验或记忆，待核对")),
]


@tracked()
class LimitSet(models.Model):
    """The limits of one scope. Exactly the column that ``scope`` names is filled."""

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(_("适用范围"), max_length=16, choices=SCOPES)
    chemistry = models.CharField(
        _("电化学体系"), max_length=2, choices=BatteryType.CHEMISTRIES, blank=True
    )
    battery_type = models.ForeignKey(
        BatteryType, on_delete=models.PROTECT, null=True, blank=True, related_name="limit_sets",
        verbose_name=_("电池类型"),
    )  # fmt: skip
    vehicle_model = models.ForeignKey(
        VehicleModel, on_delete=models.PROTECT, null=True, blank=True, related_name="limit_sets",
        verbose_name=_("车型"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("限值集")
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "scope", "chemistry", "battery_type", "vehicle_model"],
                name="limit_set_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="limit_set_of_its_scope",
                condition=models.Q(scope=MAKER, chemistry="", battery_type=None, vehicle_model=None)
                | (
                    models.Q(scope=CHEMISTRY, battery_type=None, vehicle_model=None)
                    & ~models.Q(chemistry="")
                )
                | models.Q(
                    scope=BATTERY_TYPE, chemistry="", battery_type__isnull=False, vehicle_model=None
                )
                | models.Q(
                    scope=VEHICLE_MODEL,
                    chemistry="",
                    battery_type=None,
                    vehicle_model__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        subject = self.subject
        scope = str(self.get_scope_display())
        return f"{scope} · {subject}" if subject else scope

    @property
    def subject(self) -> str:
        """What it holds for, within its scope; empty for the whole maker."""
        if self.scope == CHEMISTRY:
            return str(self.get_chemistry_display())
        found = self.battery_type or self.vehicle_model
        return found.name if found else ""


@tracked()
class LimitRevision(models.Model):
    """All values of a set from an instant on: written by one person, approved by another.

    Of the approved ones that have begun, the one with the highest number holds.

    ``values``: limit key to ``{"value", "unit", "reason", "source", "confidence"}``; a value of null
    leaves a column of a risk matrix unused. A key that is not there is left to the wider scopes.
    ``base``: the newest approved one when it was begun; only what is based on the newest may be
    approved, so nobody undoes unknowingly. ``takes_back``: the one it rolls back; ``profile``: the
    named profile (hazards C.6 to C.8) whose numbers it brings.
    """

    STATES = [
        (states.DRAFT, _("草稿")),
        (states.PROPOSED, _("待审批")),
        (states.APPROVED, _("已批准")),
        (states.DROPPED, _("已作废")),
    ]

    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    limit_set = models.ForeignKey(LimitSet, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default=states.DRAFT)
    values = models.JSONField(_("限值"), default=dict, blank=True)
    note = models.CharField(_("修订理由"), max_length=500, blank=True)
    profile = models.CharField(_("限值方案"), max_length=40, blank=True)
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    takes_back = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    wished_from = models.DateTimeField(_("希望生效时间"), null=True, blank=True)
    effective_from = models.DateTimeField(_("生效时间"), null=True)
    drafted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    drafted_at = models.DateTimeField(_("起草时间"), db_default=Now(), editable=False)
    proposed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("申请人")
    )
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审批")
    )
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)

    class Meta:
        verbose_name = _("限值版本")
        constraints = [
            models.UniqueConstraint(fields=["limit_set", "number"], name="limit_revision_once"),
            models.UniqueConstraint(
                fields=["limit_set"],
                condition=models.Q(state=states.DRAFT),
                name="limit_one_draft",
            ),
            models.CheckConstraint(
                name="limit_second_person",
                condition=~models.Q(state=states.APPROVED)
                | (
                    models.Q(
                        approved_by__isnull=False,
                        proposed_by__isnull=False,
                        effective_from__isnull=False,
                    )
                    & ~models.Q(approved_by=models.F("proposed_by"))
                ),
            ),
        ]
        indexes = [models.Index(fields=["maker", "state", "effective_from"], name="limit_approved")]

    def __str__(self) -> str:
        return f"{self.limit_set} r{self.number}"

    @property
    def name(self) -> str:
        """How findings name it: ``s12.r3``."""
        return f"s{self.limit_set_id}.r{self.number}"


class LimitGeneration(models.Model):
    """One row: how often approved limits changed. Bumped in the transaction of the change."""

    generation = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="limits_one_row", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return str(self.generation)
