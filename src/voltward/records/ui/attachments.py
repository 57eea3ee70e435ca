"""A record's attachments: the panel that any page includes, taking files in and handing them out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.records.attachments.incoming import PART_BYTES
from voltward.records.attachments.kinds import ENDINGS
from voltward.records.retention import Held, StillKept
from voltward.records.selectors import attachments as selectors
from voltward.records.services import attachments as services
from voltward.records.ui.person import back, person_of


@needs("attachment.read")
@require_safe
def of_record(request: HttpRequest, record: str) -> HttpResponse:
    """The panel as a page of its own."""
    selectors.attachment_of_record(person_of(request), record)
    return render(request, "records/attachments.html", {"record": record})


@needs("attachment.write")
@require_POST
def add(request: HttpRequest, record: str) -> HttpResponse:
    """Take one file in; what the browser sent lies on disk already and is read part by part."""
    answer = back(request, reverse("attachments", args=[record]))
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("请选择文件。"))
        return answer
    try:
        row = services.attachment_add(
            person_of(request), record_label=record, name=file.name or "",
            parts=file.chunks(PART_BYTES), retention_class=request.POST.get("retention_class", ""),
        )  # fmt: skip
    except BadInput as refusal:
        messages.error(request, _why(str(refusal)))
    else:
        messages.success(request, _("附件 %(name)s 已保存。") % {"name": row.name})
    return answer


def _why(refusal: str) -> str:
    if refusal.startswith("file: more"):
        size = selectors.limit_in_force().max_bytes >> 20
        return _("文件超过 %(size)d MiB。") % {"size": size}
    if refusal.startswith("file: empty"):
        return _("文件是空的。")
    return _("文件类型不在允许范围，或内容与扩展名不符。允许：%(endings)s") % {
        "endings": " ".join(ENDINGS)
    }


@needs("attachment.read")
@require_safe
def take(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """Hand a file out; browsers save it and never show it inside our pages."""
    try:
        row, parts = services.attachment_taken(person_of(request), attachment_id=attachment_id)
    except services.Quarantined:
        messages.error(request, _("文件尚未通过查毒，暂不能下载。"))
        return back(request, reverse("home"))
    # a plain iterator would be read whole into memory under ASGI
    stream = _offered(parts) if isinstance(request, ASGIRequest) else parts
    response = StreamingHttpResponse(stream, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, row.name) or "attachment"
    response["Content-Length"] = str(row.content.size_bytes)
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _offered(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    following = sync_to_async(lambda: next(parts, b""))
    while part := await following():
        yield part


@needs("attachment.write")
@require_POST
def delete(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """Delete one, unless it is held or still kept."""
    actor = person_of(request)
    record = selectors.attachment_by_id(actor, attachment_id).record
    try:
        services.attachment_delete(
            actor, attachment_id=attachment_id, reason=request.POST.get("reason", "")
        )
    except BadInput:
        messages.error(request, _("请填写删除理由。"))
    except Held:
        messages.error(request, _("该记录在法律保全中，不能删除。"))
    except StillKept:
        messages.error(request, _("保存期限未满，不能删除。"))
    else:
        messages.success(request, _("附件已删除。"))
    return back(request, reverse("attachments", args=[record]))
