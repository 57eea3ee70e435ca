"""People and their roles, and the table of who may do what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records import rights_table, selectors
from voltward.records.actors import actor_of
from voltward.records.models import Approval, Assignment, Person
from voltward.records.roles import INSTALLATION, INTEGRATOR, ROLES
from voltward.records.selectors import organisation
from voltward.records.services import roles


class PersonFilter(FilterSet):  # type: ignore[misc]
    login = CharFilter(label=gettext_lazy("登录名"), lookup_expr="begins", max_length=64)
    display_name = CharFilter(label=gettext_lazy("姓名"), lookup_expr="begins", max_length=64)
    role = ChoiceFilter(
        label=gettext_lazy("角色"),
        choices=[(role.code, role.title) for role in ROLES.values() if role.code != INSTALLATION],
        method="by_role",
        empty_label=gettext_lazy("全部"),
    )
    is_active = ChoiceFilter(
        label=gettext_lazy("状态"),
        choices=[("true", gettext_lazy("可登录")), ("false", gettext_lazy("已停用"))],
        method="by_active",
        empty_label=gettext_lazy("全部"),
    )

    class Meta:
        model = Person
        fields = ["login", "display_name", "role", "is_active"]

    def by_active(self, rows: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        del name
        return rows.filter(is_active=value == "true")

    def by_role(self, rows: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        """Each person once, wherever the role holds."""
        del name
        return rows.filter(pk__in=Assignment.objects.filter(role=value).values("person"))


# what the list of accounts shows too
WHO = (
    ListColumn(gettext_lazy("姓名"), key="display_name", sort="display_name"),
    ListColumn(
        gettext_lazy("角色"),
        key="roles",
        raw=lambda row: " · ".join(str(one) for one in row.assignments.all()),
    ),
    ListColumn(
        gettext_lazy("状态"),
        lambda row: Cell(
            gettext_lazy("可登录") if row.is_active else gettext_lazy("已停用"),
            "online" if row.is_active else "offline",
        ),
        key="is_active",
    ),
)
PEOPLE = List(
    of="person",
    title=gettext_lazy("人员与角色"),
    section=gettext_lazy("系统管理"),
    needs="role.assign",
    rows=lambda actor: organisation.person_visible(actor).prefetch_related("assignments"),
    filterset=PersonFilter,
    columns=(
        ListColumn(
            gettext_lazy("登录名"),
            key="login",
            sort="login",
            link=lambda row: reverse("person", args=[row.pk]),
            css="vw-mono",
        ),
        *WHO,
        ListColumn(
            gettext_lazy("最近登录"),
            key="last_login",
            kind="instant",
            sort="last_login",
            shown=False,
        ),
    ),
    order="display_name",
    facets=(Facet("is_active"),),
    empty_title=gettext_lazy("还没有人员"),
    empty_text=gettext_lazy("由系统管理员用 voltward manage person_add 添加。"),
    url_name="people",
)


class PersonList(ListPage):
    declaration = PEOPLE


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("角色"),
        choices=[
            (role.code, role.title)
            for role in ROLES.values()
            if role.code not in (INSTALLATION, INTEGRATOR)
        ],
    )
    unit = forms.TypedChoiceField(
        label=gettext_lazy("范围"), required=False, coerce=int, empty_value=None
    )
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=500)

    def __init__(self, actor: Person, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        units = organisation.unit_visible(actor).filter(closed_at=None)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", _("全企业")),
            *((unit.pk, unit.name) for unit in units),
        ]


@needs("role.assign")
@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: roles, where they hold, who gave them."""
    return _page(request, person_id)


@needs("role.assign")
@require_POST
def give_role(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_of(request)
    form = RoleForm(actor, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            done = roles.role_give(
                actor, person_id=person_id, role=given["role"], unit_id=given["unit"],
                reason=given["reason"],
            )  # fmt: skip
        except NotPermitted:
            form.add_error(None, _("不能给自己授予角色。"))
        except WrongState:
            form.add_error("role", _("此人在该范围内已有此角色。"))
        except BadInput:
            form.add_error("role", _("系统、安全、审计管理员不能兼任其他角色（三权分立）。"))
        else:
            waits = isinstance(done, Approval)
            text = _("已提交，等待第二人审批。") if waits else _("角色已授予。")
            messages.success(request, text)
            return redirect("person", person_id)
    return _page(request, person_id, form=form, status=422)


@needs("role.assign")
@require_POST
def take_role(request: HttpRequest, assignment_id: int) -> HttpResponse:
    actor = actor_of(request)
    holder = organisation.assignment_by_id(actor, assignment_id).person
    try:
        roles.role_take(actor, assignment_id=assignment_id, reason=request.POST.get("reason", ""))
    except BadInput:
        messages.error(request, _("收回角色要写明理由。"))
    else:
        messages.success(request, _("角色已收回，立即生效。"))
    return redirect("person", holder.pk)


@needs("role.assign")
@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """The table of rights as the running platform applies it."""
    context = {
        "roles": rights_table.shown_roles(),
        "doors": rights_table.lines_of_doors(),
        "actions": rights_table.lines_of_actions(),
    }
    return render(request, "records/rights.html", context)


def _page(
    request: HttpRequest, person_id: int, *, form: RoleForm | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    shown = organisation.person_by_id(actor, person_id)
    context = {
        "person": shown,
        "assignments": organisation.assignment_held(shown).select_related("assigned_by"),
        "form": form or RoleForm(actor),
        "trail": selectors.audit_visible(actor).filter(subject=f"Person:{shown.pk}")[:20],
    }
    return render(request, "records/person.html", context, status=status)
