"""How a draft encrypts and signs: the form, and a fresh data key for platforms that are told it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, WrongState
from voltward.exchange.models import PlatformCover, PlatformRevision
from voltward.exchange.platform_covers import FIELDS, row_of
from voltward.exchange.selectors import platforms as selectors
from voltward.exchange.services.platform_covers import uplink_cover
from voltward.exchange.ui.platform_drafts import PROPOSE, drawn, saved
from voltward.exchange.ui.platform_forms import RefusableForm
from voltward.pages.access import needs
from voltward.records.actors import actor_of


class CoverForm(RefusableForm):
    """Every setting of it; an empty data key leaves the one there is."""

    encryption = forms.TypedChoiceField(
        label=gettext_lazy("数据单元加密"), coerce=int, choices=PlatformRevision.ENCRYPTIONS
    )
    data_key = forms.CharField(
        label=gettext_lazy("数据密钥（32 位十六进制；留空：不更换）"),
        max_length=40,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    is_new_key = forms.BooleanField(
        label=gettext_lazy("生成新的数据密钥（须以密钥交换下发）"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = {name: self.fields.pop(name) for name in ("data_key", "is_new_key")}
        self.fields.update(fields_for_model(PlatformCover, FIELDS))
        self.fields.update(key)
        self.fields["peer_key"].widget.attrs["rows"] = 4

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("encryption", *FIELDS)}

    @staticmethod
    def of(row: PlatformRevision) -> dict[str, Any]:
        """What a revision says, as the form takes it."""
        cover = row_of(row) or PlatformCover()
        found = {name: getattr(cover, name) for name in FIELDS}
        return {"encryption": row.encryption, **found}


@needs(PROPOSE)
@require_http_methods(["GET", "POST"])
def cover(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The encryption and signature of a draft."""
    actor = actor_of(request)
    row = selectors.revision_by_number(actor, name, number)
    form = CoverForm(request.POST or None, initial=CoverForm.of(row))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            uplink_cover(
                actor, name=name, number=number, values=form.values, data_key=given["data_key"],
                is_new_key=given["is_new_key"],
            )  # fmt: skip
        except BadInput as refusal:
            form.refuse(refusal)
        except WrongState:
            form.add_error(None, _("该版本已不是草稿，不能修改。"))
        else:
            return saved(request, row)
    note = _(
        "标准未规定分组模式、填充与密钥交换的保护方式，以与对方的约定为准。"
        "本平台的公钥由命令 voltward manage platform own-key 给出。"
    )
    return drawn(request, form, {"title": _("加密与签名"), "row": row, "note": note})
