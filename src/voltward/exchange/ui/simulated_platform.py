"""The demo's buttons: its own public platform stops and starts."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from voltward.base.errors import WrongState
from voltward.exchange.services.simulated_platform import simulated_start, simulated_stop
from voltward.pages.access import needs
from voltward.records.actors import actor_of


@needs("exchange.manage")
@require_POST
def stop(request: HttpRequest, name: str) -> HttpResponse:
    return _moved(request, name, simulated_stop, _("模拟平台正在停止。"))


@needs("exchange.manage")
@require_POST
def start(request: HttpRequest, name: str) -> HttpResponse:
    return _moved(request, name, simulated_start, _("模拟平台正在启动，链路随后登入。"))


def _moved(request: HttpRequest, name: str, step: Callable[..., None], done: str) -> HttpResponse:
    try:
        step(actor_of(request), name=name)
    except WrongState:
        messages.error(request, _("模拟平台的状态已变，请刷新后再试。"))
    else:
        messages.success(request, done)
    return redirect("uplink", name)
