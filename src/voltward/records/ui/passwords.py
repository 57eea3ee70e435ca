"""The form for a new password."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.base.errors import BadInput
from voltward.records.passwords import LONGEST
from voltward.records.sign_in_rules import rules


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=gettext_lazy("当前密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("新密码（至少 12 位）"),
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def refuse(self, refusal: BadInput) -> None:
        """Say beside the right field what the service refused."""
        if str(refusal).startswith("old:"):
            self.add_error("old", _("当前密码不正确。"))
            return
        text = _(
            "新密码不符合要求：至少 12 位；不能过于常见或曾经泄露；不能与登录名、姓名相近；"
            "不能包含企业名称、产品名称或车辆识别代号。"
        )
        self.add_error("new", text)
        if rules().kinds:
            self.add_error("new", _("还须含大写字母、小写字母、数字、其他字符中的至少三种。"))
