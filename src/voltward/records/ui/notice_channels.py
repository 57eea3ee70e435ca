"""The ways out: the list, adding, changing, closing, and the test message."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_filters import ChoiceFilter, FilterSet

from voltward.base.errors import BadInput, WrongState
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records.models import LANGUAGES, Channel
from voltward.records.models.notice_ways import OUTSIDE_KINDS
from voltward.records.models.notices import Attempt
from voltward.records.selectors import notices as selectors
from voltward.records.senders import SENDERS
from voltward.records.senders.protocol import Field
from voltward.records.services import notice_channels as services
from voltward.records.ui.actor import person_of

DOTS = {"sent": "done", "again": "due", "refused": "late"}


class ChannelFilter(FilterSet):  # type: ignore[misc]
    kind = ChoiceFilter(
        label=gettext_lazy("渠道"), choices=OUTSIDE_KINDS, empty_label=gettext_lazy("全部")
    )

    class Meta:
        model = Channel
        fields = ["kind"]


def _result(row: Channel) -> Cell | None:
    if not row.last_outcome:
        return None
    words = dict(Attempt.OUTCOMES)[row.last_outcome]
    return Cell(words, DOTS.get(row.last_outcome, ""), hint=row.last_answer)


CHANNELS = List(
    of="channel",
    title=gettext_lazy("通知渠道"),
    section=gettext_lazy("系统管理"),
    needs="notice.manage",
    rows=lambda actor: selectors.channel_visible(actor),
    filterset=ChannelFilter,
    columns=(
        ListColumn(
            gettext_lazy("名称"),
            key="name",
            sort="name",
            link=lambda row: reverse("notice-channel", args=[row.pk]),
        ),
        ListColumn(gettext_lazy("渠道"), key="kind", kind="choice", sort="kind"),
        ListColumn(gettext_lazy("顺序"), key="position", kind="number", sort="position"),
        ListColumn(
            gettext_lazy("启用"),
            lambda row: Cell(_("停用"), "offline") if row.closed_at else Cell(_("启用"), "online"),
            key="state",
            raw=lambda row: "closed" if row.closed_at else "open",
        ),
        ListColumn(
            gettext_lazy("最近发送"), key="last_tried_at", kind="instant", sort="last_tried_at"
        ),
        ListColumn(gettext_lazy("最近结果"), _result, key="last_outcome"),
    ),
    order="position",
    facets=(Facet("kind"),),
    buttons=(Button(gettext_lazy("添加渠道"), "notice-channel-kinds", "plus", "notice.manage"),),
    empty_title=gettext_lazy("还没有对外渠道"),
    empty_text=gettext_lazy(
        "站内信始终可用。添加邮件、群机器人、短信或语音渠道后，通知也会发到系统之外。"
    ),
    url_name="notice-channels",
)


class ChannelList(ListPage):
    declaration = CHANNELS
    template = "records/notice_list.html"


class ChannelForm(forms.Form):
    """The fields of a kind; secrets are asked for and never shown."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    position = forms.IntegerField(
        label=gettext_lazy("顺序（小的先用）"), min_value=1, max_value=999, initial=10
    )

    def __init__(self, kind: str, *arguments: Any, is_new: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        sender = SENDERS[kind]
        self._settings = [field.name for field in sender.settings]
        self._secrets = [field.name for field in sender.secrets]
        for field in sender.settings:
            self.fields[field.name] = _field(field, field.is_required and not field.default)
        if sender.is_group:
            self._settings.append("language")
            self.fields["language"] = forms.ChoiceField(
                label=gettext_lazy("群消息语言"), choices=LANGUAGES
            )
        for field in sender.secrets:
            made = _field(field, is_new and field.is_required)
            made.widget = forms.PasswordInput(attrs={"autocomplete": "off"})
            made.help_text = "" if is_new else gettext_lazy("留空则不变")
            self.fields[f"secret_{field.name}"] = made

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "name": data["name"],
            "position": data["position"],
            "settings": {name: data[name] for name in self._settings},
            "secrets": {name: data[f"secret_{name}"] for name in self._secrets},
        }

    def refuse(self, refusal: BadInput) -> None:
        field = str(refusal).partition(":")[0]
        texts = {
            "name": _("名称不能为空，也不能与已有渠道相同。"),
            "secrets": _("修改地址时须重新填写全部密钥。"),
        }
        for name in ("origin", "url", "host"):
            texts[name] = _(
                "该主机不在外发名单（notice_hosts、notice_private_hosts）中，或地址不是 https。"
            )
        self.add_error(
            field if field in self.fields else None, texts.get(field, _("请检查填写的内容。"))
        )


def _field(field: Field, is_required: bool) -> forms.Field:
    named: dict[str, Any] = {
        "label": field.title, "required": is_required, "initial": field.default,
    }  # fmt: skip
    if field.choices:
        return forms.ChoiceField(choices=field.choices, **named)
    return forms.CharField(max_length=services.LONGEST_SETTING, **named)


@needs("notice.manage")
@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """Which kind of channel to add."""
    return render(request, "records/notice_channel_kinds.html", {"kinds": OUTSIDE_KINDS})


@needs("notice.manage")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in dict(OUTSIDE_KINDS):
        raise Http404(kind)
    form = ChannelForm(kind, request.POST or None, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.channel_create(person_of(request), kind=kind, **form.given())
        except BadInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("渠道已添加，请发送一条测试消息。"))
            return redirect("notice-channel", made.pk)
    context = {"form": form, "kind": dict(OUTSIDE_KINDS)[kind]}
    status = 422 if form.errors else 200
    return render(request, "records/notice_channel.html", context, status=status)


@needs("notice.manage")
@require_http_methods(["GET", "POST"])
def channel(request: HttpRequest, channel_id: int) -> HttpResponse:
    found = selectors.channel_by_id(person_of(request), channel_id)
    initial = {"name": found.name, "position": found.position, **found.settings}
    form = ChannelForm(found.kind, request.POST or None, is_new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.channel_change(person_of(request), channel_id=found.pk, **form.given())
        except BadInput as refusal:
            form.refuse(refusal)
        except WrongState:
            form.add_error(None, _("该渠道已停用。"))
        else:
            messages.success(request, _("渠道已保存。"))
            return redirect("notice-channel", found.pk)
    context = {
        "form": form, "channel": found, "kind": found.get_kind_display(), "result": _result(found),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "records/notice_channel.html", context, status=status)


@needs("notice.manage")
@require_POST
def test(request: HttpRequest, channel_id: int) -> HttpResponse:
    try:
        sent = services.channel_test(person_of(request), channel_id=channel_id)
    except BadInput:
        messages.error(request, _("请先在“通知设置”中填写自己的邮箱或手机号。"))
    except WrongState:
        messages.error(request, _("该渠道已停用。"))
    else:
        messages.success(request, _("测试消息已排队，结果见此投递记录。"))
        return redirect("notice-delivery", sent.pk)
    return redirect("notice-channel", channel_id)


@needs("notice.manage")
@require_POST
def close(request: HttpRequest, channel_id: int) -> HttpResponse:
    try:
        services.channel_close(person_of(request), channel_id=channel_id)
    except WrongState:
        messages.error(request, _("该渠道已停用。"))
    else:
        messages.success(request, _("渠道已停用，密钥已清除。"))
    return redirect("notice-channels")
