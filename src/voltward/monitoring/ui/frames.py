"""Raw frames of one vehicle, and one of them byte by byte."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.frames import words
from voltward.frames.editions import COMMANDS
from voltward.frames.errors import FrameError
from voltward.frames.frame import decode_frame
from voltward.monitoring import selectors
from voltward.monitoring.texts import here
from voltward.monitoring.ui.actors import actor_of, vehicle_of
from voltward.monitoring.ui.explaining import rows_of
from voltward.monitoring.ui.ranges import BadRange, range_of
from voltward.pages.access import needs
from voltward.records.services import reading_recorded
from voltward.telemetry.raw import RawFrame

LISTED = 200
DEFAULT = "10m"
LONGEST = timedelta(days=31)


@needs("frame.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    context: dict[str, Any] = {"vehicle": vehicle_of(request, vin)}
    try:
        chosen = range_of(request, DEFAULT)
        if chosen.stop - chosen.start > LONGEST:
            raise BadRange(_("时间范围过长：最多 %(days)d 天。") % {"days": LONGEST.days})
    except BadRange as refusal:
        return render(request, "monitoring/frames.html", {**context, "trouble": str(refusal)}, status=422)
    found = selectors.frames_of(context["vehicle"], chosen.start, chosen.stop, LISTED)
    context |= {**chosen.context(), "frames": [_line(frame) for frame in reversed(found)]}
    return render(request, "monitoring/frames.html", context)


@needs("frame.read")
@require_safe
def explained(request: HttpRequest, vin: str, position: str) -> HttpResponse:
    """Positions and identities are masked; showing them leaves an audit row first."""
    vehicle = vehicle_of(request, vin)
    frame = selectors.frame_at(vehicle, position)
    if frame is None:
        raise Http404(position)
    actor = actor_of(request)
    masked = request.GET.get("whole") != "1" or "position.read" not in actor.grants
    if not masked:
        reading_recorded(actor, what="frame.read_whole", subject=vehicle, reason=position)
    explanation, rows = rows_of(frame.frame, masked=masked)
    context = {
        "vehicle": vehicle, "frame": frame, "position": position, "masked": masked,
        "explanation": explanation, "rows": rows,
    }  # fmt: skip
    return render(request, "monitoring/frame.html", context)


def _line(raw: RawFrame) -> dict[str, Any]:
    line: dict[str, Any] = {
        "received_at": raw.received_at, "position": str(raw.position), "octets": len(raw.frame),
        "collected": "—", "command": "", "edition": "", "problem": "",
    }  # fmt: skip
    try:
        frame = decode_frame(raw.frame)
    except FrameError as error:
        return line | {"problem": f"{here(words.problem(error.code))} {error.detail}"}
    header = frame.header
    command = COMMANDS[header.edition].get(header.command)
    line["command"] = here(words.command(command.name if command else ""))
    line["edition"] = int(header.edition)
    if frame.collected_at is not None:
        line["collected"] = timezone.localtime(frame.collected_at).strftime("%Y-%m-%d %H:%M:%S")
    if frame.problems:
        line["problem"] = "；".join(here(words.problem(one.code)) for one in frame.problems)
    return line
