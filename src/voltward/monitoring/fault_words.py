"""A maker's own fault codes in words: those of a frame, of a finding, of a line of the explainer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from voltward.monitoring.models import FaultCode

# The four lists of the alarm item (GB/T 32960.3 chapter 7, 报警数据) in their order.
LISTS: Final = {
    "storage_fault_codes": "storage",
    "motor_fault_codes": "motor",
    "engine_fault_codes": "engine",
    "other_fault_codes": "other",
}
RULE: Final = "fault.codes"  # of the findings (findings/detectors/fault_codes.py)
OF_FINDING: Final = ("code_1", "code_2", "code_3")
SHOWN: Final = 8  # of one frame; the explainer shows all

Code = tuple[str, str]  # list (kind of the dictionary) and code, eight hexadecimal digits
Meanings = Mapping[Code, FaultCode]


def code_of(kind: str, number: int) -> Code:
    return kind, f"{number:08X}"


def codes_of_state(values: Mapping[str, Any]) -> list[Code] | None:
    """The codes that a frame lists, in its order; None: the frame has none of the lists."""
    lists = {kind: values.get(field) for field, kind in LISTS.items()}
    if all(numbers is None for numbers in lists.values()):
        return None
    return [
        code_of(kind, int(number)) for kind, numbers in lists.items() for number in numbers or ()
    ]


def codes_of_finding(values: Mapping[str, Any]) -> list[Code]:
    """The first codes that a finding carries: list (from 1) x 2^32 + code."""
    kinds = (*LISTS.values(),)
    found = []
    for name in OF_FINDING:
        number, code = divmod(int(values.get(name) or 0), 1 << 32)
        if 0 < number <= len(kinds):
            found.append(code_of(kinds[number - 1], code))
    return found


def code_text(code: Code, meanings: Meanings) -> str:
    """``00010004 SOC 低（1 级）``; the code alone where the dictionary has none."""
    found = meanings.get(code)
    return code[1] if found is None else f"{code[1]} {meaning_text(found)}"


def meaning_text(found: FaultCode) -> str:
    """What the maker says of a code, in the page's language, and at which level."""
    is_english = (get_language() or "").startswith("en") and found.text_en
    text = found.text_en if is_english else found.text_zh
    return _("%(text)s（%(level)s）") % {"text": text, "level": found.get_level_display()}


def list_title(kind: str) -> str:
    return str(dict(FaultCode.KINDS)[kind])


def codes_text(codes: Sequence[Code], meanings: Meanings) -> str:
    """``驱动电机 0000001F 过流（2 级）；…``: each code with its list, and how many more there are."""
    if not codes:
        return _("无")
    shown = "；".join(
        f"{list_title(code[0])} {code_text(code, meanings)}" for code in codes[:SHOWN]
    )
    if len(codes) > SHOWN:
        more = _("另 %(number)d 个") % {"number": len(codes) - SHOWN}
        return f"{shown}；{more}"
    return shown


def finding_lines(values: Mapping[str, Any], meanings: Meanings) -> list[str]:
    """The codes of a finding, a line each, with how many more its frame had."""
    codes = codes_of_finding(values)
    lines = [f"{list_title(code[0])} {code_text(code, meanings)}" for code in codes]
    more = int(values.get("codes") or 0) - len(codes)
    return [*lines, _("另 %(number)d 个") % {"number": more}] if codes and more > 0 else lines


def finding_text(values: Mapping[str, Any], meanings: Meanings) -> str:
    """The first code of a finding, and how many there are; empty: it carries none."""
    codes = codes_of_finding(values)
    if not codes:
        return ""
    number = max(int(values.get("codes") or 0), len(codes))
    first = code_text(codes[0], meanings)
    return (
        first
        if number == 1
        else _("%(first)s 等 %(number)d 个") % {"first": first, "number": number}
    )


def codes_of_findings(many: Iterable[Mapping[str, Any]]) -> set[Code]:
    return {code for values in many for code in codes_of_finding(values)}
