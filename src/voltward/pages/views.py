"""Pages that belong to no room: the start page and the search box."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from voltward.pages.access import needs
from voltward.pages.room import REGISTRY

HITS_PER_SOURCE = 8
LONGEST_SEARCH = 64


@needs("account.own")
def home(request: HttpRequest) -> HttpResponse:
    """Where work starts: the first page of the reader's menu."""
    menu = REGISTRY.menu(request.user)  # type: ignore[arg-type]
    return redirect(menu[0].url_name if menu else "account")


@needs("account.own")
def search(request: HttpRequest) -> HttpResponse:
    """Answers of all sources; a full page's only answer is opened at once."""
    text = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    groups = []
    for source in REGISTRY.search(request.user) if text else []:  # type: ignore[arg-type]
        hits = source.find(request.user, text, HITS_PER_SOURCE)
        if hits:
            groups.append((source.title, hits))
    if "HX-Request" not in request.headers and len(groups) == 1 and len(groups[0][1]) == 1:
        return redirect(groups[0][1][0].url)
    return render(request, "pages/search.html", {"groups": groups, "text": text})
