"""The explainer: paste a frame as hex, see every byte named."""

from __future__ import annotations

import re

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.fleet.selectors import vehicle_visible
from voltward.frames.frame import MAX_UNIT
from voltward.monitoring.ui.explaining import rows_of
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person

EXAMPLE = (
    "232302fe4c5445535456454830474233323936303101001b1a030f081e05"
    "01010301028d0012d6870eac278b4e012e13881700f5"
)


UNIQUE_ID = slice(4, 21)  # GB/T 32960.3 table 2
HEX = frozenset("0123456789abcdefABCDEF")
SEPARATORS = frozenset(" \t\r\n,;:-")
_PREFIX = re.compile(r"(?<![0-9a-fA-F])0[xX]")


class FrameForm(forms.Form):
    """Hex with or without spaces, line breaks and 0x."""

    hex = forms.CharField(
        label=gettext_lazy("一帧报文（十六进制）"),
        max_length=4 * MAX_UNIT,
        strip=False,  # so that places are those in the box
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "vw-mono"}),
    )

    def clean_hex(self) -> bytes:
        text = self.cleaned_data["hex"]
        digits = _PREFIX.sub(lambda found: " " * len(found[0]), text)
        kept = [(place, char) for place, char in enumerate(digits) if char not in SEPARATORS]
        for place, char in kept:
            if char not in HEX:
                raise forms.ValidationError(_wrong(text, place, char))
        if len(kept) % 2:
            raise forms.ValidationError(
                _("十六进制字符共 %(count)d 个，应为偶数：少了或多了一个。") % {"count": len(kept)}
            )
        return bytes.fromhex("".join(char for _place, char in kept))


def _wrong(text: str, place: int, char: str) -> str:
    """Where the wrong character stands: line and column as an editor counts them."""
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1
    return _("第 %(line)d 行第 %(column)d 个字符是“%(char)s”，应为 0-9 或 a-f。") % {
        "line": line,
        "column": column,
        "char": char,
    }


def is_known(actor: Person, data: bytes) -> bool:
    """Whether a frame bears the VIN of a vehicle of the actor's maker."""
    vin = data[UNIQUE_ID].decode("ascii", "replace")
    # anything may be pasted: what no vehicle can be called is not asked for
    return vin.isalnum() and vehicle_visible(actor).filter(vin=vin).exists()


@needs("frame.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What somebody pastes they know already: nothing is masked here, nothing is kept."""
    actor, form = actor_of(request), FrameForm(request.POST or None)
    context: dict[str, object] = {"form": form, "example": EXAMPLE}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["hex"]
        owner = actor if is_known(actor, data) else None
        explanation, rows = rows_of(data, masked=False, owner=owner)
        context |= {"explanation": explanation, "rows": rows, "octets": len(explanation.data)}
    return render(request, "monitoring/explain.html", context, status=422 if form.errors else 200)
