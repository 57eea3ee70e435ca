"""Where notices reach me: my own telephone and mail address, masked once they are saved."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.records.selectors.protection import contact_visible
from voltward.records.services.protection import own_contact_change
from voltward.records.ui.person import person_of


class ContactForm(forms.Form):
    phone = forms.CharField(label=gettext_lazy("手机号"), max_length=32, required=False)
    email = forms.CharField(label=gettext_lazy("邮箱"), max_length=254, required=False)


@needs("account.own")
@require_http_methods(["GET", "POST"])
def own_contact(request: HttpRequest) -> HttpResponse:
    """What is on file, masked, and a form that replaces both."""
    actor = person_of(request)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            own_contact_change(actor, **form.cleaned_data)
        except BadInput as refusal:
            field = "phone" if str(refusal).startswith("phone:") else "email"
            wrong = _("请填写 5 至 15 位数字。") if field == "phone" else _("请填写有效的邮箱。")
            form.add_error(field, wrong)
        else:
            messages.success(request, _("联系方式已更新。"))
            return redirect("contact")
    context = {"form": form, "contact": contact_visible(actor).filter(person=actor).first()}
    status = 422 if form.errors else 200
    return render(request, "records/contact.html", context, status=status)
