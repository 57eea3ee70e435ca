"""Linking a record to another from its own page, and taking a link away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from voltward.base.errors import BadInput, NotFound
from voltward.pages.access import needs
from voltward.pages.room import REGISTRY
from voltward.records.links import BACK, label_named, link_make, link_remove
from voltward.records.models import Person
from voltward.records.ui.person import back, person_of


@needs("link.write")
@require_POST
def add(request: HttpRequest, record: str) -> HttpResponse:
    """Link the record to one that is named by its number, in either direction."""
    actor, sent = person_of(request), request.POST
    answer = back(request, _page_of(actor, record))
    kind, way = sent.get("kind", "").removesuffix(BACK), sent.get("kind", "").endswith(BACK)
    try:
        other = label_named(actor, sent.get("other_kind", ""), sent.get("other", ""))
    except NotFound:
        messages.error(request, _("没有找到该编号的记录，请核对类型与编号。"))
        return answer
    source, target = (other, record) if way else (record, other)
    try:
        link_make(actor, kind=kind, source=source, target=target)
    except BadInput:
        messages.error(request, _("不能建立此关联：记录不能与自己关联，且关系须从列表中选择。"))
    else:
        messages.success(request, _("关联已建立，在两条记录的页面上都可看到。"))
    return answer


@needs("link.write")
@require_POST
def remove(request: HttpRequest, link_id: int) -> HttpResponse:
    """Take a link away from both pages; the audit trail keeps it."""
    link_remove(person_of(request), link_id=link_id)
    messages.success(request, _("关联已移除。"))
    return back(request, reverse("home"))


def _page_of(actor: Person, record: str) -> str:
    """
    Raises:
        NotFound: no such record that the actor may see.
    """
    hit = REGISTRY.subject(actor, record)
    if hit is None:
        raise NotFound(f"record {record[:60]}")
    return hit.url
