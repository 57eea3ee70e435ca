"""Named profiles of the trip hazards (GB/T 45688 C.6 to C.8) as values of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voltward.base.errors import BadInput
from voltward.findings.hazards.profiles import Profile, profiles

OWN = "maker"  # the profile without numbers of its own
CHOSEN = "chosen"  # the limit that takes a model's hazards out of shadow mode


def profile_named(name: str) -> Profile:
    """
    Raises:
        BadInput: no such profile.
    """
    found = next((one for one in profiles() if one.name == name), None)
    if found is None:
        raise BadInput(f"profile {name[:40]!r}: known are {', '.join(p.name for p in profiles())}")
    return found


def profile_values(
    profile: Profile, own: Mapping[str, float | str | None], *, source: str, reason: str
) -> dict[str, dict[str, Any]]:
    """Threshold and choice of each hazard; ``own``: by rule, where the profile has no number."""
    values = {}
    for rule, number in profile.thresholds.items():
        grounds = {
            "reason": reason,
            "source": profile.source if number is not None else source,
            "confidence": profile.confidence,
        }
        values[f"{rule}.threshold_c"] = {
            "value": own.get(rule) if number is None else number,
            **grounds,
        }
        values[f"{rule}.{CHOSEN}"] = {"value": 1.0, **grounds}
    return values
