"""``{% attachment_panel vehicle %}``: the attachments of the record whose page it stands on."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import loader
from django.template.context import Context
from django.utils.safestring import SafeString

from voltward.records.actions import label
from voltward.records.attachments.kinds import ENDINGS
from voltward.records.selectors import attachments as selectors
from voltward.records.selectors.holds import hold_on
from voltward.records.selectors.retention import class_all

register = template.Library()


@register.simple_tag(takes_context=True)
def attachment_panel(context: Context, record: Any) -> SafeString:
    """``record``: the record itself or its label; nothing for readers without ``attachment.read``."""
    request = context["request"]
    actor = request.user
    if "attachment.read" not in actor.grants:
        return SafeString("")
    name = record if isinstance(record, str) else label(record)
    values = {
        "record": name,
        "rows": selectors.attachment_of_record(actor, name),
        "classes": class_all(),
        "accept": ",".join(ENDINGS),
        "size_mib": selectors.limit_in_force().max_bytes >> 20,
        "may_write": "attachment.write" in actor.grants,
        "hold": hold_on(actor.maker_id, [name]),
    }
    text = loader.render_to_string("records/attachment_panel.html", values, request)
    return SafeString(text)
