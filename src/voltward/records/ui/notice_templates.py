"""The words of each kind: what every channel would show, in both languages, and new versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.records.models import LANGUAGES, Person
from voltward.records.models.notice_ways import CHANNEL_KINDS, INBOX
from voltward.records.notice_kinds import KINDS, NoticeKind
from voltward.records.notice_ports import now, ports
from voltward.records.notice_words import Words, filled
from voltward.records.selectors.notices import Wording
from voltward.records.senders import SENDERS
from voltward.records.senders.protocol import Message
from voltward.records.services.notice_settings import template_revise
from voltward.records.ui.actor import person_of


class TemplateForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=120)
    body = forms.CharField(
        label=gettext_lazy("正文"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )


@needs("notice.manage")
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    wording = Wording(person_of(request).maker_id)
    lines = [
        (kind, [wording.rows.get((kind.code, code)) for code, _title in LANGUAGES])
        for kind in KINDS.values()
    ]
    return render(request, "records/notice_templates.html", {"lines": lines})


@needs("notice.manage")
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """The preview of one kind in one language, and a form for the maker's own words."""
    kind, actor = KINDS.get(code), person_of(request)
    if kind is None or language not in dict(LANGUAGES):
        raise Http404(code)
    row = Wording(actor.maker_id).rows.get((code, language))
    words = Words(row.title, row.body) if row else Words(str(kind.title), str(kind.title))
    form = TemplateForm(request.POST or None, initial={"title": words.title, "body": words.body})
    if request.method == "POST" and form.is_valid():
        try:
            template_revise(actor, code=code, language=language, **form.cleaned_data)
        except BadInput:
            names = "、".join(f"{{{name}}}" for name in kind.values)
            form.add_error(None, _("只能使用这些值：%(names)s；标题为一行。") % {"names": names})
        else:
            messages.success(request, _("模板新版本已保存。"))
            return redirect("notice-template", code, language)
    context = {
        "form": form,
        "kind": kind,
        "row": row,
        "language_name": dict(LANGUAGES)[language],
        "languages": LANGUAGES,
        "shown": _shown(actor, kind, words, language),
    }
    return render(
        request, "records/notice_template.html", context, status=422 if form.errors else 200
    )


def _shown(actor: Person, kind: NoticeKind, words: Words, language: str) -> list[tuple[Any, str]]:
    """Each channel with the words that it would show of the kind's sample values."""
    values = {name: value.sample for name, value in kind.values.items()}
    lines = []
    for channel, title in CHANNEL_KINDS:
        made = filled(kind, words, values, language, outside=channel != INBOX)
        message = Message(
            title=made.title, body=made.body, link=f"{ports().origin}/inbox/1/", language=language,
            severity=kind.severity, address="", key=f"preview-{actor.pk}", at=now(),
        )  # fmt: skip
        lines.append((title, SENDERS[channel].shown(message)))
    return lines
