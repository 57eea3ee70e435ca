"""Fault codes from a file: one row for each code of each list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voltward.monitoring.models import FaultCode
from voltward.records.plain_imports import PlainImport

FAULT_CODES = PlainImport(
    FaultCode,
    "code",
    ("text_zh", "text_en", "level"),
    within=("kind",),
    aliases={"code": ("故障代码", "code"), "kind": ("类别", "kind"), "text_zh": ("含义", "说明")},
).kind("fault_code", _("故障码"), "limit.propose")
