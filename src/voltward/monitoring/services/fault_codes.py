"""Writing the dictionary of a maker's own fault codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from voltward.base.errors import BadInput
from voltward.fleet.services.writing import changed
from voltward.monitoring.models import FaultCode
from voltward.monitoring.selectors.fault_codes import fault_code_by_id
from voltward.records.actions import action
from voltward.records.models import Person

EDITABLE: Final = ("kind", "code", "text_zh", "text_en", "level")


@action("fault_code.write", needs="limit.propose")
def fault_code_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> FaultCode:
    """Add a code, or change the one with ``row_id``.

    Raises:
        NotFound: no such code of the actor's maker.
        BadInput: a value that does not fit, a name that may not be set, or a code that is taken.
    """
    unknown = sorted(set(values) - set(EDITABLE))
    if unknown or actor.maker is None:
        raise BadInput(f"{', '.join(unknown) or 'maker'}: not to be set here")
    row = FaultCode(maker=actor.maker) if row_id is None else fault_code_by_id(actor, row_id)
    return changed(actor, "fault_code.write", row, values)
