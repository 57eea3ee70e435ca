"""The tabs of a vehicle's page that fleet/ owns beside the record: build, agreements, log, gaps."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from voltward.fleet.selectors import agreements, owners, parts, vehicle_by_vin
from voltward.fleet.selectors.registration import PlatformRegistration, platform_registration
from voltward.fleet.ui.registration_words import TITLES
from voltward.fleet.ui.vehicle_forms import AgreementForm, FitForm, PartForm, SoftwareForm
from voltward.pages.access import needs
from voltward.records.actions import label
from voltward.records.actors import actor_of
from voltward.records.selectors import audit_visible

LOG_ROWS = 200


@needs("vehicle.read")
@require_safe
def build_tab(request: HttpRequest, vin: str) -> HttpResponse:
    """构成: parts, packs, terminal and software."""
    actor = actor_of(request)
    vehicle = vehicle_by_vin(actor, vin)
    context = {
        "vehicle": vehicle,
        "parts": parts.parts_of(actor, vehicle),
        "fittings": parts.fittings_of(actor, vehicle),
        "software": parts.software_of(actor, vehicle),
        "terminal": getattr(vehicle, "terminal", None),
        "part_form": PartForm(),
        "fit_form": FitForm(),
        "software_form": SoftwareForm(),
    }
    return render(request, "fleet/build.html", context)


@needs("vehicle.read")
@require_safe
def agreement_tab(request: HttpRequest, vin: str) -> HttpResponse:
    """授权: owner periods, agreements, and what the data may be used for."""
    actor = actor_of(request)
    vehicle = vehicle_by_vin(actor, vin)
    context = {
        "vehicle": vehicle,
        "periods": owners.periods_of(actor, vehicle),
        "agreements": agreements.agreement_visible(actor, vehicle),
        "may_use": agreements.may_use_beyond_monitoring(vehicle),
        "form": AgreementForm(actor),
    }
    return render(request, "fleet/agreements.html", context)


@needs("audit.read")
@require_safe
def log_tab(request: HttpRequest, vin: str) -> HttpResponse:
    """日志: the audit rows of the vehicle, and every version of its row."""
    actor = actor_of(request)
    vehicle = vehicle_by_vin(actor, vin)
    context = {
        "vehicle": vehicle,
        "rows": audit_visible(actor).filter(subject=label(vehicle))[:LOG_ROWS],
    }
    return render(request, "fleet/log.html", context)


@needs("vehicle.read")
@require_safe
def registration_page(request: HttpRequest, vin: str) -> HttpResponse:
    """What a public platform is told of the vehicle, and what is missing."""
    vehicle = vehicle_by_vin(actor_of(request), vin)
    known = platform_registration(vehicle)
    lines = [(TITLES[name], _shown(known, name), name in known.missing) for name in TITLES]
    context = {"vehicle": vehicle, "lines": lines, "missing": len(known.missing)}
    return render(request, "fleet/registration.html", context)


def _shown(known: PlatformRegistration, name: str) -> Any:
    value = getattr(known, name)
    if isinstance(value, tuple):
        value = "，".join(value)
    return "—" if value in (None, "") else value
