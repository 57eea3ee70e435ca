"""Escalation chains: the list, adding, changing, closing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_filters import CharFilter, FilterSet

from voltward.base.errors import BadInput, WrongState
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Button, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records.models import EscalationChain, EscalationStep, Person, Post, Unit
from voltward.records.models.notice_ways import OUTSIDE_KINDS
from voltward.records.roles import ROLES
from voltward.records.selectors import notices as selectors
from voltward.records.services import notice_chains as services
from voltward.records.services.notice_chains import LONGEST_WAIT_MIN, MOST_STEPS, Step
from voltward.records.ui.actor import person_of

PLACES = ("first", "second", "third")


class ChainFilter(FilterSet):  # type: ignore[misc]
    name = CharFilter(label=gettext_lazy("名称"), lookup_expr="begins", max_length=80)

    class Meta:
        model = EscalationChain
        fields = ["name"]


CHAINS = List(
    of="escalation_chain",
    title=gettext_lazy("升级链"),
    section=gettext_lazy("系统管理"),
    needs="notice.manage",
    rows=lambda actor: selectors.chain_visible(actor),
    filterset=ChainFilter,
    columns=(
        ListColumn(
            gettext_lazy("名称"),
            key="name",
            sort="name",
            link=lambda row: reverse("notice-chain", args=[row.pk]),
        ),
        ListColumn(gettext_lazy("编码"), key="code", sort="code", css="vw-mono"),
        ListColumn(
            gettext_lazy("步骤"),
            key="steps",
            raw=lambda row: " → ".join(map(whom, row.steps.all())),
        ),
        ListColumn(
            gettext_lazy("启用"),
            lambda row: Cell(_("停用"), "offline") if row.closed_at else Cell(_("启用"), "online"),
            key="state",
            raw=lambda row: "closed" if row.closed_at else "open",
        ),
    ),
    order="name",
    buttons=(Button(gettext_lazy("新建升级链"), "notice-chain-add", "plus", "notice.manage"),),
    empty_title=gettext_lazy("还没有升级链"),
    empty_text=gettext_lazy("升级链规定无人确认时依次通知谁、等多久；紧急通知可选用一条。"),
    url_name="notice-chains",
)


class ChainList(ListPage):
    declaration = CHAINS
    template = "records/notice_list.html"


def whom(step: EscalationStep) -> str:
    """Whom a step reaches, in words."""
    if step.person is not None:
        return step.person.display_name
    if step.post is not None:
        return step.post.name
    title = str(ROLES[step.role].title) if step.role in ROLES else step.role
    if step.unit is None:
        return title
    return _("%(role)s（%(unit)s）") % {"role": title, "unit": step.unit.name}


class ChainForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("编码（小写字母、数字、下划线）"), max_length=32)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)


class StepForm(forms.Form):
    """A line of the chain; without ``whom`` it is no step."""

    whom = forms.ChoiceField(label=gettext_lazy("通知谁"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("限于组织单元"), required=False)
    first = forms.ChoiceField(label=gettext_lazy("首选渠道"), required=False)
    second = forms.ChoiceField(label=gettext_lazy("次选渠道"), required=False)
    third = forms.ChoiceField(label=gettext_lazy("备用渠道"), required=False)
    wait_min = forms.IntegerField(
        label=gettext_lazy("等待（分钟）"), min_value=1, max_value=LONGEST_WAIT_MIN, required=False
    )

    def __init__(self, *arguments: Any, actor: Person, **named: Any) -> None:
        super().__init__(*arguments, **named)
        units = Unit.objects.filter(maker=actor.maker_id, closed_at=None).order_by("name")
        self._choose("whom", whom_choices(actor))
        self._choose("unit", [("", "—"), *((str(one.pk), one.name) for one in units)])
        for place in PLACES:
            self._choose(place, [("", "—"), *OUTSIDE_KINDS])

    def step(self) -> Step | None:
        """
        Raises:
            BadInput: a unit beside something else than a role.
        """
        given = self.cleaned_data
        kind, _colon, key = given["whom"].partition(":")
        if not kind:
            return None
        return Step(
            wait_min=given["wait_min"] or 3,
            person_id=int(key) if kind == "person" else None,
            role=key if kind == "role" else "",
            unit_id=int(given["unit"]) if given["unit"] else None,
            post_id=int(key) if kind == "post" else None,
            channels=[given[place] for place in PLACES if given[place]],
        )

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


def whom_choices(actor: Person) -> list[Any]:
    people = Person.objects.filter(maker=actor.maker_id, is_active=True, is_program=False)
    posts = Post.objects.filter(unit__maker=actor.maker_id, closed_at=None).select_related("unit")
    known = [role for role in ROLES.values() if role.code not in ("installation", "integrator")]
    return [
        ("", "—"),
        (_("角色"), [(f"role:{role.code}", str(role.title)) for role in known]),
        (_("岗位"), [(f"post:{one.pk}", f"{one.unit.name} · {one.name}") for one in posts]),
        (_("人员"), [(f"person:{one.pk}", one.display_name) for one in people.order_by("pk")]),
    ]


@needs("notice.manage")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    return _edited(request, None)


@needs("notice.manage")
@require_http_methods(["GET", "POST"])
def chain(request: HttpRequest, chain_id: int) -> HttpResponse:
    return _edited(request, selectors.chain_by_id(person_of(request), chain_id))


@needs("notice.manage")
@require_POST
def close(request: HttpRequest, chain_id: int) -> HttpResponse:
    try:
        services.chain_close(person_of(request), chain_id=chain_id)
    except WrongState:
        messages.error(request, _("该升级链已停用。"))
    else:
        messages.success(request, _("升级链已停用。"))
    return redirect("notice-chains")


def _edited(request: HttpRequest, found: EscalationChain | None) -> HttpResponse:
    actor = person_of(request)
    form = ChainForm(
        request.POST or None, initial={"code": found.code, "name": found.name} if found else None
    )
    form.fields["code"].disabled = found is not None
    present = [_present(step) for step in found.steps.all()] if found else []
    lines = [
        StepForm(request.POST or None, prefix=f"step{number}", actor=actor, initial=initial)
        for number, initial in enumerate([*present, *[{}] * MOST_STEPS][:MOST_STEPS], 1)
    ]
    if request.method == "POST" and all(one.is_valid() for one in (form, *lines)):
        if _saved(actor, found, form, lines):
            messages.success(request, _("升级链已保存。"))
            return redirect("notice-chains")
        form.add_error(None, _("编码须唯一；至少一个步骤；限定单元只用于角色。"))
    context = {"form": form, "lines": lines, "chain": found}
    status = 422 if request.method == "POST" else 200
    return render(request, "records/notice_chain.html", context, status=status)


def _saved(
    actor: Person, found: EscalationChain | None, form: ChainForm, lines: list[StepForm]
) -> bool:
    steps = [step for line in lines if (step := line.step()) is not None]
    given = form.cleaned_data
    try:
        if found is None:
            services.chain_create(actor, code=given["code"], name=given["name"], steps=steps)
        else:
            services.chain_change(actor, chain_id=found.pk, name=given["name"], steps=steps)
    except (BadInput, WrongState):
        return False
    return True


def _present(step: EscalationStep) -> dict[str, Any]:
    if step.person_id is not None:
        key = f"person:{step.person_id}"
    else:
        key = f"post:{step.post_id}" if step.post_id is not None else f"role:{step.role}"
    unit = str(step.unit_id) if step.unit_id is not None else ""
    channels = dict(zip(PLACES, step.channels, strict=False))
    return {"whom": key, "unit": unit, "wait_min": step.wait_min, **channels}
