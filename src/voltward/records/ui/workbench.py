"""工作台: what must I do today, over all rooms."""

from __future__ import annotations

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from voltward.pages.access import needs
from voltward.pages.room import REGISTRY
from voltward.records.actors import actor_of
from voltward.records.workbench import GROUPS, SCOPES, Bench, bench_of

SHOWN: Final = 50
GROUP_TITLES = {"late": _("已超时"), "today": _("今天"), "week": _("本周"), "later": _("以后")}
SCOPE_TITLES = {"mine": _("我的"), "unit": _("本部门"), "all": _("全部")}


@needs("home.read")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The list in its groups; ``source``, ``scope`` and ``group`` narrow it."""
    actor = actor_of(request)
    sources = REGISTRY.tasks(actor)
    scope = _one_of(request.GET.get("scope", ""), SCOPES, "mine")
    source = _one_of(request.GET.get("source", ""), [one.code for one in sources], "")
    group = _one_of(request.GET.get("group", ""), (*GROUPS, "unclaimed"), "")
    wanted = [one for one in sources if source in ("", one.code)]
    bench = bench_of(actor, wanted, scope, timezone.now())
    context = {
        "figures": _figures(bench, group),
        "groups": _groups(bench, group, request.GET.get("page")),
        "sources": [(one.code, one.title, one.code == source) for one in sources],
        "scopes": [(code, SCOPE_TITLES[code], code == scope) for code in SCOPES],
        "scope": scope, "group": group, "is_empty": not bench.lines, "capped": bench.capped,
        "may_assign": "clock.write" in actor.grants,
    }  # fmt: skip
    return render(request, "records/workbench.html", context)


def _figures(bench: Bench, group: str) -> list[dict[str, Any]]:
    """The four numbers; each opens its rows."""
    counted = [(name, GROUP_TITLES[name], len(bench.of(name))) for name in GROUPS[:3]]
    counted.append(("unclaimed", _("无人认领"), len(bench.unclaimed)))
    return [
        {"code": code, "title": title, "number": number, "active": code == group}
        for code, title, number in counted
    ]


def _groups(bench: Bench, group: str, page_number: str | None) -> list[dict[str, Any]]:
    if group == "unclaimed":
        chosen = [("unclaimed", _("无人认领"), bench.unclaimed)]
    else:
        names = [group] if group else list(GROUPS)
        chosen = [(name, GROUP_TITLES[name], bench.of(name)) for name in names]
    shown = []
    for code, title, lines in chosen:
        paginator = Paginator(lines, SHOWN)
        part = paginator.get_page(page_number if group else 1)
        more = len(lines) - SHOWN if not group else 0
        shown.append(
            {"code": code, "title": title, "page": part, "number": len(lines), "more": more}
        )
    return [one for one in shown if one["number"] or group]


def _one_of(value: str, known: Any, otherwise: str) -> str:
    return value if value in known else otherwise
