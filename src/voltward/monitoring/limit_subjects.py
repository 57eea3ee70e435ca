"""Sets and revisions of limits, and fault codes, as audit rows and approvals name them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.monitoring.selectors.fault_codes import fault_codes
from voltward.monitoring.selectors.limits import limit_revisions, limit_sets
from voltward.pages.room import Hit, SubjectKind
from voltward.records.models import Person

READ = "telemetry.read"


def _set_shown(actor: Person, key: str) -> Hit | None:
    found = limit_sets(actor).filter(pk=key).first() if key.isdigit() else None
    return None if found is None else Hit(str(found), "", reverse("limit-set", args=[found.pk]))


def _revision_shown(actor: Person, key: str) -> Hit | None:
    found = limit_revisions(actor).filter(pk=key).first() if key.isdigit() else None
    if found is None:
        return None
    return Hit(str(found), found.note, reverse("limit-revision", args=[found.pk]))


def _code_shown(actor: Person, key: str) -> Hit | None:
    found = fault_codes(actor).filter(pk=key).first() if key.isdigit() else None
    if found is None:
        return None
    return Hit(str(found), found.text_zh, reverse("fault-code", args=[found.pk]))


SUBJECTS = (
    SubjectKind("LimitSet", _("限值集"), READ, 60, _set_shown),
    SubjectKind("LimitRevision", _("限值版本"), READ, 61, _revision_shown),
    SubjectKind("FaultCode", _("故障码"), READ, 62, _code_shown),
)
