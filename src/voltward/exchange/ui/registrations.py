"""Static registration: what one vehicle lacks and where it is filled in, files, and saying it is registered."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import BadInput, NotFound
from voltward.exchange import platform_states
from voltward.exchange import registration_states as states
from voltward.exchange.models import StaticRegistration
from voltward.exchange.registration_fields import (
    NAMES,
    changes_between,
    place_of,
    plain_of,
    shown,
)
from voltward.exchange.registration_files import FORMATS, sheets_of
from voltward.exchange.registration_lists import REGISTRATION_DOTS
from voltward.exchange.selectors import registrations as selectors
from voltward.exchange.selectors.platforms import platform_by_name, platform_visible
from voltward.exchange.services.registrations import registration_mark
from voltward.fleet.selectors.registration import platform_registration
from voltward.fleet.ui.registration_words import TITLES
from voltward.pages.access import needs
from voltward.pages.lists.export import passing_file
from voltward.records import days
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.selectors.exports import export_rule
from voltward.records.services import reading_recorded

READ: Final = "exchange.read"
_TYPES: Final = {
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ALL: Final = ("", gettext_lazy("全部"))


class _PlatformForm(forms.Form):
    platform = forms.ChoiceField(label=gettext_lazy("公共平台"))

    def __init__(self, actor: Person, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        rows = platform_visible(actor).filter(state=platform_states.APPROVED).order_by("title")
        field = self.fields["platform"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.name, one.title) for one in rows]


class MarkForm(_PlatformForm):
    vins = forms.CharField(
        label=gettext_lazy("VIN（每行一个）"), max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip
    on = forms.DateField(
        label=gettext_lazy("备案日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=gettext_lazy("备案回执或说明"), max_length=300, required=False)


class FilesForm(_PlatformForm):
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), choices=[_ALL, *StaticRegistration.STATES], required=False
    )
    format = forms.ChoiceField(
        label=gettext_lazy("格式"), choices=[("xlsx", "Excel"), ("csv", "CSV (ZIP)")]
    )


@needs(READ)
@require_safe
def page(request: HttpRequest, row_id: int) -> HttpResponse:
    """One vehicle at one platform: every field, what lacks, what changed since it was registered."""
    actor = actor_of(request)
    row = selectors.registration_by_id(actor, row_id)
    vehicle = selectors.vehicle_whole(row)
    known = platform_registration(vehicle)
    values = plain_of(known)
    changes = changes_between(row.registered, values) if row.registered else []
    context = {
        "row": row,
        "vehicle": vehicle,
        "dot": REGISTRATION_DOTS[row.state],
        "lines": [(TITLES[name], shown(name, values[name])) for name in NAMES],
        "missing": [(TITLES[name], place_of(name, vehicle)) for name in known.missing],
        "changes": [
            (TITLES[name], shown(name, then), shown(name, now)) for name, then, now in changes
        ],
        "may_mark": "exchange.manage" in actor.grants and not known.missing
        and row.state != states.REGISTERED,
        "today": days.today(),
    }  # fmt: skip
    return render(request, "exchange/registration.html", context)


@needs("exchange.manage")
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest) -> HttpResponse:
    """Saying which vehicles are registered, on which day."""
    actor = actor_of(request)
    form = MarkForm(actor, request.POST or None, initial={"on": days.today()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            count = registration_mark(
                actor, platform=given["platform"], vins=given["vins"].split(), on=given["on"],
                note=given["note"],
            )  # fmt: skip
        except NotFound as refusal:
            form.add_error("vins", _("不发往该平台的车辆：%(what)s") % {"what": refusal})
        except BadInput as refusal:
            form.add_error(None, _("不能登记：%(what)s") % {"what": refusal})
        else:
            messages.success(request, _("已登记 %(count)d 辆。") % {"count": count})
            return redirect("registrations")
    status = 422 if form.errors else 200
    return render(request, "exchange/registration_mark.html", {"form": form}, status=status)


@needs(READ)
@require_safe
def files(request: HttpRequest) -> HttpResponse:
    """The files for a platform; without a platform the form that asks for one."""
    actor = actor_of(request)
    form = FilesForm(actor, request.GET if "platform" in request.GET else None)
    if form.is_bound and form.is_valid():
        return _answered(request, actor, form.cleaned_data)
    status = 422 if form.errors else 200
    return render(request, "exchange/registration_files.html", {"form": form}, status=status)


def _answered(request: HttpRequest, actor: Person, given: dict[str, str]) -> HttpResponse:
    platform = platform_by_name(actor, given["platform"])
    rows = selectors.registration_of(actor, platform.name)
    if given["state"]:
        rows = rows.filter(state=given["state"])
    count, most = rows.count(), export_rule(actor).rows
    if count > most:
        text = _("共 %(total)d 行，单次导出最多 %(most)d 行；请先筛选。")
        messages.error(request, text % {"total": count, "most": most})
        return redirect("registration-files")
    write, ending = FORMATS[given["format"]]
    sheets = sheets_of(platform.maker.name, platform.title, selectors.vehicles_whole(rows))
    reading_recorded(
        actor, what="registration.export", subject=platform, rows=count, format=given["format"],
        state=given["state"],
    )  # fmt: skip
    with passing_file() as file:
        write(file, sheets)
        file.seek(0)
        answer = HttpResponse(file.read(), content_type=_TYPES[ending])
    name = f"voltward-registration-{platform.name}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
