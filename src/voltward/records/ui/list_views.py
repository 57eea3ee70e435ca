"""What a person does to a list: choose columns; keep, share, open with, follow and drop filters."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from voltward.base.errors import BadInput
from voltward.pages import errors
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.selectors import list_views as selectors
from voltward.records.services import list_views as services


@needs("account.own")
@require_POST
def columns(request: HttpRequest, of: str) -> HttpResponseBase:
    """Keep the ticked columns, or forget them."""
    wanted = [] if "usual" in request.POST else request.POST.getlist("columns")
    try:
        services.list_columns_choose(actor_of(request), of=of, columns=wanted)
    except BadInput:
        return errors.bad_request(request)
    return redirect(_back(request, of, without=("columns",)))


@needs("account.own")
@require_POST
def save(request: HttpRequest, of: str) -> HttpResponseBase:
    """Keep the present filters, order and columns under a name."""
    actor, given = actor_of(request), QueryDict(request.POST.get("query", ""), mutable=True)
    sort, chosen = given.get("sort", ""), given.get("columns", "")
    for name in ("sort", "columns", "after", "before", "saved", "export"):
        given.pop(name, None)
    try:
        saved = services.filter_save(
            actor, of=of, name=request.POST.get("name", ""), query=given.urlencode(), sort=sort,
            columns=[key for key in chosen.split(",") if key], is_shared="shared" in request.POST,
        )  # fmt: skip
    except BadInput:
        messages.error(request, _("未能保存：请填写名称（不超过 40 字），并检查筛选条件。"))
        return redirect(_back(request, of))
    messages.success(request, _("已保存筛选“%(name)s”。") % {"name": saved.name})
    return redirect(selectors.filter_url(saved, selectors.list_visible(actor, of)))


@needs("account.own")
@require_POST
def step(request: HttpRequest, of: str, filter_id: int) -> HttpResponseBase:
    """Drop a saved filter, open the list with it (or not), follow it (or not)."""
    actor, what = actor_of(request), request.POST.get("step", "")
    try:
        if what == "delete":
            services.filter_delete(actor, of=of, filter_id=filter_id)
        elif what in ("open", "close"):
            chosen = filter_id if what == "open" else None
            services.filter_opens_list(actor, of=of, filter_id=chosen)
        elif what == "subscribe":
            services.filter_subscribe(actor, of=of, filter_id=filter_id)
        elif what == "unsubscribe":
            services.filter_unsubscribe(actor, of=of, filter_id=filter_id)
        else:
            return errors.bad_request(request)
    except BadInput:
        return errors.bad_request(request)
    gone = ("saved",) if what == "delete" else ()
    return redirect(_back(request, of, without=gone))


def _back(request: HttpRequest, of: str, without: tuple[str, ...] = ()) -> str:
    """The list as it was looked at, from its first page."""
    declaration = selectors.list_visible(actor_of(request), of)
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    for name in ("after", "before", "export", *without):
        query.pop(name, None)
    base = reverse(declaration.url_name) if declaration.url_name else "/"
    return f"{base}?{query.urlencode(safe=',') or 'saved=0'}"
