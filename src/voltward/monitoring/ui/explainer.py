"""The explainer: paste a frame as hex, see every byte named."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.frames.frame import MAX_UNIT
from voltward.monitoring.ui.explaining import rows_of
from voltward.pages.access import needs

EXAMPLE = (
    "232302fe4c5445535456454830474233323936303101001b1a030f081e05"
    "01010301028d0012d6870eac278b4e012e13881700f5"
)


class FrameForm(forms.Form):
    """Hex with or without spaces, line breaks and 0x."""

    hex = forms.CharField(
        label=gettext_lazy("一帧报文（十六进制）"),
        max_length=4 * MAX_UNIT,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "vw-mono"}),
    )

    def clean_hex(self) -> bytes:
        text = "".join(self.cleaned_data["hex"].replace("0x", " ").replace(",", " ").split())
        try:
            data = bytes.fromhex(text)
        except ValueError:
            wrong = next((i for i, char in enumerate(text) if char not in "0123456789abcdefABCDEF"), None)
            if wrong is None:
                raise forms.ValidationError(_("十六进制字符共 %(count)d 个，应为偶数。") % {"count": len(text)}) from None
            raise forms.ValidationError(
                _("第 %(place)d 个字符是“%(char)s”，应为 0-9 或 a-f。") % {"place": wrong + 1, "char": text[wrong]}
            ) from None
        return data


@needs("frame.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What somebody pastes they know already: nothing is masked here, nothing is kept."""
    form = FrameForm(request.POST or None)
    context: dict[str, object] = {"form": form, "example": EXAMPLE}
    if request.method == "POST" and form.is_valid():
        explanation, rows = rows_of(form.cleaned_data["hex"], masked=False)
        context |= {"explanation": explanation, "rows": rows, "octets": len(explanation.data)}
    return render(request, "monitoring/explain.html", context, status=422 if form.errors else 200)
