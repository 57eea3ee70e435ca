"""告警: a vehicle's alarms, what rules said over time, what the owner was advised and does not want."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.monitoring.alarm_rules import numbers_text
from voltward.monitoring.episode_strip import strip
from voltward.monitoring.models import Alarm, Episode
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.alarm_records import alarms_of_vehicle, episodes_of_vehicle
from voltward.monitoring.selectors.owner_notices import advice_of_vehicle, opt_out_of
from voltward.monitoring.services.alarm_steps import alarm_path
from voltward.monitoring.services.owner_notices import owner_opt_in, owner_opt_out
from voltward.monitoring.texts import level_style
from voltward.monitoring.ui.actors import vehicle_of
from voltward.pages.access import needs
from voltward.records.actors import actor_of

LISTED = 200


@needs("alarm.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    actor, vehicle = actor_of(request), vehicle_of(request, vin)
    episodes = list(episodes_of_vehicle(actor, vehicle)[:LISTED])
    context = {
        "vehicle": vehicle,
        "alarms": [_alarm(one) for one in alarms_of_vehicle(actor, vehicle)[:LISTED]],
        "episodes": [_episode(one) for one in episodes],
        "strip": strip(episodes),
        "advice": advice_of_vehicle(actor, vehicle)[:LISTED],
        "opt_out": opt_out_of(actor, vehicle),
        "may_handle": "alarm.handle" in actor.grants,
        "listed": LISTED,
    }
    return render(request, "monitoring/vehicle_alarms.html", context)


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "row": alarm,
        "title": rule_title(alarm.rule),
        "style": level_style(alarm.level),
        "url": alarm_path(alarm),
    }


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "row": episode,
        "title": rule_title(episode.rule),
        "style": level_style(episode.level),
        "values": numbers_text(episode.worst or episode.last or episode.first),
    }


@needs("alarm.handle")
@require_POST
def opt_out(request: HttpRequest, vin: str) -> HttpResponse:
    """Put down that the owner wants no messages up to a level, or (level 0) wants them again."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    level = request.POST.get("up_to_level", "")
    try:
        if level == "0":
            owner_opt_in(actor, vin=vin, reason=reason)
        else:
            owner_opt_out(
                actor, vin=vin, up_to_level=int(level) if level.isdecimal() else 0, reason=reason
            )
    except BadInput:
        messages.error(request, _("请选择拒收等级（3 级及以上不得拒收）并填写谁、以何种方式提出。"))
    except WrongState:
        messages.error(request, _("车主当前没有拒收登记。"))
    else:
        messages.success(request, _("车主的意愿已登记，从今天起生效。"))
    return redirect("vehicle-alarms", vin)
