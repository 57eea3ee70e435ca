"""Accounts as administrators keep them: who has no second factor, and what closes or opens one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_filters import ChoiceFilter

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records.models import Approval, Person
from voltward.records.selectors.organisation import person_by_id
from voltward.records.selectors.sign_in import accounts_visible, factors_of, sessions_visible
from voltward.records.services import accounts
from voltward.records.ui.confirming import confirmed, person_of
from voltward.records.ui.people import WHO, PersonFilter

Outcome = TypeVar("Outcome")


class AccountFilter(PersonFilter):
    factor = ChoiceFilter(
        label=gettext_lazy("第二因素"),
        choices=[("none", gettext_lazy("未绑定")), ("strong", gettext_lazy("已绑定"))],
        empty_label=gettext_lazy("全部"),
        method="by_factor",
    )

    class Meta(PersonFilter.Meta):
        fields = [*PersonFilter.Meta.fields, "factor"]

    def by_factor(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        # programs hold tokens and never log in: they have no factor to miss
        return rows.filter(strong=value == "strong", is_program=False)


def _factor(row: Any) -> Cell:
    if row.is_program:
        return Cell(gettext_lazy("程序账号"), "offline")
    if row.strong:
        return Cell(gettext_lazy("已绑定"), "online")
    return Cell(gettext_lazy("未绑定"), "due")


ACCOUNTS = List(
    of="account",
    title=gettext_lazy("账号安全"),
    section=gettext_lazy("系统管理"),
    needs="account.manage",
    rows=lambda actor: accounts_visible(actor).prefetch_related("assignments"),
    filterset=AccountFilter,
    columns=(
        ListColumn(
            gettext_lazy("登录名"),
            key="login",
            sort="login",
            link=lambda row: reverse("person-account", args=[row.pk]),
            css="vw-mono",
        ),
        *WHO,
        ListColumn(gettext_lazy("第二因素"), _factor, key="strong"),
        ListColumn(gettext_lazy("上次登录"), key="last_login", kind="instant", sort="last_login"),
    ),
    order="login",
    tie="login",
    facets=(Facet("is_active"),),
    empty_title=gettext_lazy("没有符合条件的账号"),
    empty_text=gettext_lazy(
        "清除筛选条件可看到全部账号；新账号由系统管理员用 voltward manage person_add 添加。"
    ),
    url_name="accounts",
)


class AccountList(ListPage):
    declaration = ACCOUNTS


@needs("account.manage")
@require_safe
def one(request: HttpRequest, person_id: int) -> HttpResponse:
    """One account: its factors and sessions, and the steps that its state allows."""
    actor = person_of(request)
    shown = person_by_id(actor, person_id)
    factors = factors_of(shown)
    context = {
        "person": shown,
        "roles": [str(one) for one in shown.assignments.order_by("role")],
        "factors": factors,
        "sessions": sessions_visible(actor).filter(person=shown),
        "is_own": shown.pk == actor.pk,
        "takes_two": accounts.takes_two(actor, shown),
        "may_reset": bool(factors),
        "may_renew": shown.has_usable_password() and not shown.is_program,
        "waiting": accounts.waiting_for(shown),
    }
    return render(request, "records/account_of.html", context)


@needs("account.manage")
@require_POST
@confirmed("POST")
def close(request: HttpRequest, person_id: int) -> HttpResponse:
    done = _("账号已停用，其会话和令牌立即失效。")
    return _stepped(request, person_id, accounts.person_disable, _told(request, done))


@needs("account.manage")
@require_POST
@confirmed("POST")
def reopen(request: HttpRequest, person_id: int) -> HttpResponse:
    done = _("账号已重新启用。")
    return _stepped(request, person_id, accounts.person_enable, _told(request, done))


@needs("account.manage")
@require_POST
@confirmed("POST")
def reset(request: HttpRequest, person_id: int) -> HttpResponse:
    done = _("第二因素已清除，会话已结束；下次登录时须重新绑定。")
    return _stepped(request, person_id, accounts.factors_reset, _told(request, done))


@needs("account.manage")
@require_POST
@confirmed("POST")
def renew(request: HttpRequest, person_id: int) -> HttpResponse:
    """The made password is shown once, in the answer that makes it."""

    def told(shown: Person, made: accounts.Renewed) -> HttpResponse:
        context = {"person": shown, "made": made}
        return render(request, "records/account_password.html", context)

    return _stepped(request, person_id, accounts.password_renew, told)


def _told(request: HttpRequest, done: str) -> Callable[[Person, Person | Approval], HttpResponse]:
    def told(shown: Person, outcome: Person | Approval) -> HttpResponse:
        waits = isinstance(outcome, Approval)
        messages.success(request, _("已提交，等待第二人审批。") if waits else done)
        return redirect("person-account", shown.pk)

    return told


def _stepped(
    request: HttpRequest,
    person_id: int,
    step: Callable[..., Outcome],
    told: Callable[[Person, Outcome], HttpResponse],
) -> HttpResponse:
    """Take a step with the reason given; what is refused is said on the account's page."""
    actor = person_of(request)
    shown = person_by_id(actor, person_id)
    try:
        outcome = step(actor, login=shown.login, why=request.POST.get("reason", ""))
    except BadInput:
        messages.error(request, _("请写明理由。"))
    except NotPermitted:
        messages.error(request, _("不能对自己的账号这样做，请由另一位管理员办理。"))
    except WrongState:
        messages.error(
            request, _("账号的状态不允许这样做，或已有同样的申请在等待审批；未做任何更改。")
        )
    else:
        return told(shown, outcome)
    return redirect("person-account", shown.pk)
