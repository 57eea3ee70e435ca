"""Having frames sent to a platform although they are older than the reissue window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from voltward.base.errors import BadInput, WrongState
from voltward.exchange import platform_states as states
from voltward.exchange.models import UplinkRequest
from voltward.exchange.models.requests import DONE
from voltward.exchange.selectors.platforms import platform_by_name
from voltward.exchange.selectors.requests import expired_of
from voltward.fleet.selectors import vehicle_by_vin
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.uplink.due import DUE
from voltward.uplink.incoming import REISSUE
from voltward.uplink.proof_frames import ProvedFrame

MANAGE: Final = "exchange.manage"
RUN: Final = "exchange.watch"  # what the platform itself does about links


@action("uplink.request", needs=MANAGE)
def uplink_request(
    actor: Person, *, name: str, vin: str, first: date, last: date, reason: str
) -> UplinkRequest:
    """Have the expired frames of a vehicle and some days of collection sent over a link, once.

    Raises:
        NotFound: no such platform or vehicle of the actor's maker.
        WrongState: the platform is not in use.
        BadInput: no reason, days that cannot be, or no expired frame in them.
        StoreAway: the store does not answer.
    """
    platform, vehicle = platform_by_name(actor, name), vehicle_by_vin(actor, vin)
    if platform.state != states.APPROVED:
        raise WrongState(f"platform {name} is {platform.state}")
    if not reason.strip():
        raise BadInput("reason: empty; say why")
    frames = expired_of(actor, name, vehicle, first, last)
    if not frames:
        raise BadInput(f"vin: {vin} has no expired frame on {name} from {first} to {last}")
    row = UplinkRequest.objects.create(
        maker=vehicle.maker, platform=platform, vehicle=vehicle, first_day=first, last_day=last,
        frames=len(frames), places=places_of(frames).tobytes(), reason=reason.strip()[:300],
        asked_by=actor,
    )  # fmt: skip
    after = {
        "platform": name, "vehicle": vehicle.pk, "first": first.isoformat(),
        "last": last.isoformat(), "frames": row.frames, "reason": row.reason,
    }  # fmt: skip
    record(actor, "uplink.request", row, before={}, after=after)
    return row


@action("uplink.request_done", needs=RUN)
def uplink_request_done(actor: Person, *, request_id: int) -> None:
    """The uplink has an outcome for each of its frames."""
    row = UplinkRequest.objects.select_for_update().get(pk=request_id)
    before, row.state, row.done_at = row.state, DONE, timezone.now()
    row.save(update_fields=["state", "done_at"])
    record(actor, "uplink.request_done", row, before={"state": before}, after={"state": DONE},
           maker_id=row.maker_id)  # fmt: skip


def places_of(frames: Sequence[ProvedFrame]) -> NDArray[Any]:
    """Rows ``(n,)`` of ``DUE``; all of them reports, sent as reissue."""
    rows = np.zeros(len(frames), DUE)
    for name, values in (
        ("position", [one.position for one in frames]),
        ("vehicle", [one.vehicle_id for one in frames]),
        ("stream", [one.stream for one in frames]),
        ("moment_s", [max(0, int(one.collected_at.timestamp())) for one in frames]),
    ):
        rows[name] = values
    rows["command"] = REISSUE
    return rows
