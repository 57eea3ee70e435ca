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
from voltward.monitoring.ports import FramesUnreadable
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.texts import here
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.explaining import hex_of, rows_of
from voltward.monitoring.ui.ranges import BadRange, day_until, range_of, range_or_default
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.services import reading_recorded
from voltward.telemetry.raw import RawFrame

LISTED = 200
DEFAULT = "1h"
LONGEST = timedelta(days=31)
READ_WHOLE = "frame.read_whole"


@needs("frame.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    context: dict[str, Any] = {"vehicle": vehicle_of(request, vin), "listed": LISTED}
    try:
        chosen = range_of(request, DEFAULT, LONGEST)
    except BadRange as refusal:
        context |= {**range_or_default(request, DEFAULT)[0].context(), "trouble": str(refusal)}
        return render(request, "monitoring/frames.html", context, status=422)
    context |= chosen.context()
    try:
        found = selectors.frames_of(context["vehicle"], chosen.start, chosen.stop, LISTED)
    except FramesUnreadable as fault:
        return _unreadable(request, context, fault)
    context["frames"] = [_line(frame) for frame in reversed(found)]
    context["newest"] = "" if found else _newest(context)
    return render(request, "monitoring/frames.html", context)


def _unreadable(
    request: HttpRequest, context: dict[str, Any], fault: FramesUnreadable
) -> HttpResponse:
    context["trouble"] = _("报文读取失败（%(fault)s），请联系系统管理员。") % {"fault": fault}
    return render(request, "monitoring/frames.html", context, status=503)


def _newest(context: dict[str, Any]) -> str:
    """The query of the day of the newest frame; empty when nobody knows it."""
    try:
        state = selectors.newest_of(context["vehicle"])
    except StoreAway:
        return ""
    return day_until(state.received_at) if state else ""


@needs("frame.read")
@require_safe
def explained(request: HttpRequest, vin: str, position: str) -> HttpResponse:
    """Positions and identities are masked; showing them leaves an audit row first."""
    vehicle = vehicle_of(request, vin)
    try:
        frame = selectors.frame_at(vehicle, position)
    except FramesUnreadable as fault:
        chosen, _trouble = range_or_default(request, DEFAULT)
        return _unreadable(request, {"vehicle": vehicle, **chosen.context()}, fault)
    if frame is None:
        raise Http404(position)
    actor = actor_of(request)
    masked = request.GET.get("whole") != "1" or "position.read" not in actor.grants
    if not masked:
        reading_recorded(actor, what=READ_WHOLE, subject=vehicle, reason=position)
    explanation, rows = rows_of(frame.frame, masked=masked, owner=actor)
    context = {
        "vehicle": vehicle,
        "frame": frame,
        "position": position,
        "masked": masked,
        "explanation": explanation,
        "hex": hex_of(explanation, masked=masked),
        "rows": rows,
    }
    return render(request, "monitoring/frame.html", context)


def _line(raw: RawFrame) -> dict[str, Any]:
    line: dict[str, Any] = {
        "received_at": raw.received_at,
        "position": str(raw.position),
        "octets": len(raw.frame),
        "collected": "—",
        "command": "",
        "edition": "",
        "problem": "",
    }
    try:
        frame = decode_frame(raw.frame)
    except FrameError as error:
        return line | {"problem": f"{here(words.problem(error.code))} {error.detail}"}
    header = frame.header
    command = COMMANDS[header.edition].get(header.command)
    line["command"] = here(words.command(command.name if command else ""))
    line["edition"] = str(int(header.edition))  # a name, not a quantity: no separators
    if frame.collected_at is not None:
        line["collected"] = timezone.localtime(frame.collected_at).strftime("%Y-%m-%d %H:%M:%S")
    if frame.problems:
        line["problem"] = "；".join(here(words.problem(one.code)) for one in frame.problems)
    return line
