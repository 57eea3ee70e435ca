"""Who is signed in: one's own sessions, and for the security administrator everybody's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.pages.access import needs
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.records.models import PersonSession
from voltward.records.selectors.sign_in import own_sessions, session_visible, sessions_visible
from voltward.records.services import sign_in
from voltward.records.ui.confirming import person_of, session_of


@needs("account.own")
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """One's own sessions: device, place, last touch."""
    context = {"sessions": own_sessions(person_of(request)), "this": session_of(request).pk}
    return render(request, "records/own_sessions.html", context)


@needs("account.own")
@require_POST
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    sign_in.own_session_end(person_of(request), session_id=session_id)
    messages.success(request, _("会话已结束。"))
    return redirect("account-sessions")


class SessionFilter(FilterSet):  # type: ignore[misc]
    login = CharFilter(
        field_name="person__login",
        label=gettext_lazy("登录名"),
        lookup_expr="begins",
        max_length=64,
    )
    factor = ChoiceFilter(
        label=gettext_lazy("第二因素"),
        choices=[choice for choice in PersonSession.FACTORS if choice[0]],
        empty_label=gettext_lazy("全部"),
    )

    class Meta:
        model = PersonSession
        fields = ["login", "factor"]


SESSIONS = List(
    of="session",
    title=gettext_lazy("登录会话"),
    section=gettext_lazy("系统管理"),
    needs="session.manage",
    rows=lambda actor: sessions_visible(actor),
    filterset=SessionFilter,
    columns=(
        ListColumn(
            gettext_lazy("登录名"),
            key="person__login",
            link=lambda row: reverse("session", args=[row.pk]),
            css="vw-mono",
        ),
        ListColumn(gettext_lazy("姓名"), key="person__display_name"),
        ListColumn(
            gettext_lazy("登录时间"), key="signed_in_at", kind="instant", sort="signed_in_at"
        ),
        ListColumn(gettext_lazy("最近操作"), key="touched_at", kind="instant", sort="touched_at"),
        ListColumn(gettext_lazy("第二因素"), key="factor", kind="choice"),
        ListColumn(gettext_lazy("来源地址"), key="address", css="vw-mono"),
        ListColumn(gettext_lazy("设备"), key="device"),
    ),
    order="-signed_in_at",
    facets=(Facet("factor"),),
    empty_title=gettext_lazy("没有登录会话"),
    empty_text=gettext_lazy("有人登录后会在这里列出，可以结束其会话。"),
    url_name="sessions",
)


class SessionList(ListPage):
    declaration = SESSIONS


@needs("session.manage")
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, session_id: int) -> HttpResponse:
    """A session of somebody's, and the button that ends it."""
    actor = person_of(request)
    if request.method == "POST":
        sign_in.session_kill(actor, session_id=session_id)
        messages.success(request, _("会话已结束。"))
        return redirect("sessions")
    return render(request, "records/session.html", {"session": session_visible(actor, session_id)})
