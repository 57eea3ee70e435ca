"""The error classes in the reader's language, out of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.pages.room import Text
from voltward.uplink.quality.catalogue import (
    BY_CODE,
    CLASSES,
    COMPLETENESS,
    TIMELINESS,
    TRUTH,
    ErrorClass,
)

KINDS: Final[dict[str, Text]] = {
    TIMELINESS: gettext_lazy("及时性"),
    COMPLETENESS: gettext_lazy("完整性"),
    TRUTH: gettext_lazy("真实性"),
}
CONFIDENCES: Final[dict[str, Text]] = {
    "A": gettext_lazy("原文核对"),
    "B": gettext_lazy("可靠转载"),
    "C": gettext_lazy("单一来源，未证实"),
    "M": gettext_lazy("工程默认值，待核对"),
}


def class_title(code: str) -> str:
    """A class that a later release took out keeps its code."""
    one = BY_CODE.get(code)
    if one is None:
        return code
    return one.title_en if translation.get_language() == "en" else one.title_zh


def class_choices() -> Sequence[tuple[str, str]]:
    return [(one.code, class_title(one.code)) for one in CLASSES]


def kind_text(one: ErrorClass) -> str:
    return str(KINDS[one.kind])


def model_text(name: str) -> str:
    return name or _("未登记车型")
