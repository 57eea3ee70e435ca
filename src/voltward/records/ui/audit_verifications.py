"""The page on which an audit administrator has the chain verified and reads what was found."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import WrongState
from voltward.pages.access import needs
from voltward.records.models import AuditVerification, Person
from voltward.records.selectors.audit_chain import verification_visible
from voltward.records.services.audit_verifications import audit_verification_ask

SHOWN = 20
WORDS: Final[dict[str, Promise]] = {
    "edited": gettext_lazy("内容被改动"),
    "row_missing": gettext_lazy("记录缺失"),
    "row_twice": gettext_lazy("同一记录两次入链"),
    "stream": gettext_lazy("记录不属于这条链"),
    "number": gettext_lazy("序号不连续"),
    "previous": gettext_lazy("与前一链节不衔接"),
    "algorithm": gettext_lazy("杂凑算法未知"),
    "not_sealed": gettext_lazy("记录未入链"),
    "late": gettext_lazy("记录迟迟未入链"),
    "checkpoint": gettext_lazy("与检查点不符"),
    "cut": gettext_lazy("链尾被截"),
    "uncovered": gettext_lazy("没有检查点覆盖"),
    "no_checkpoint": gettext_lazy("文件夹中没有检查点"),
    "line": gettext_lazy("检查点无法读取"),
    "line_order": gettext_lazy("检查点缺失或顺序不对"),
    "line_previous": gettext_lazy("检查点之间不衔接"),
    "signature": gettext_lazy("检查点签名无效"),
    "root": gettext_lazy("检查点的 Merkle 根不符"),
    "key": gettext_lazy("检查点由未知密钥签名"),
}


@needs("audit.verify")
@require_http_methods(["GET", "POST"])
def verifications(request: HttpRequest) -> HttpResponse:
    """What was verified, newest first; a POST asks for another."""
    actor = request.user
    if not isinstance(actor, Person):
        raise TypeError("the login check lets nobody else through")
    if request.method == "POST":
        try:
            audit_verification_ask(actor)
        except WrongState:
            messages.warning(request, _("核验正在进行，请稍后刷新。"))
        else:
            messages.success(request, _("已发起核验，完成后结果显示在这里。"))
        return redirect("audit-verifications")
    done = list(verification_visible(actor)[:SHOWN])
    newest = next((one for one in done if one.ended_at), None)
    context = {"verifications": done, "newest": newest, "findings": _findings(newest)}
    return render(request, "records/audit_verifications.html", context)


def _findings(newest: AuditVerification | None) -> list[tuple[str, str, str, str]]:
    found = newest.findings if newest else []
    return [(str(WORDS.get(code, code)), *rest) for code, *rest in found]
