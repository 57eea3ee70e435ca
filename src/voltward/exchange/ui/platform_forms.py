"""The forms of public platforms: settings, vehicles, items, reasons."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.base.errors import BadInput
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.models.platforms import MODEL, REGION, USAGE, VEHICLE
from voltward.exchange.platform_links import SETTINGS
from voltward.exchange.platform_words import type_choices
from voltward.fleet.models import OwnerPeriod, VehicleModel
from voltward.fleet.selectors.products import product_visible
from voltward.records.models import DeadlineRule, Person
from voltward.uplink.links import PASSWORD_BYTES

_WRONG: Final = {
    "name": gettext_lazy("代号只用小写字母、数字和连字符，至多 32 个。"),
    "host": gettext_lazy("请填写主机名或 IP 地址。"),
    "identity": gettext_lazy("须为至多 17 个 ASCII 字符。"),
    "user": gettext_lazy("须为至多 12 个 ASCII 字符。"),
    "password": gettext_lazy("须为 1 至 20 个 ASCII 字符。"),
    "ca_pem": gettext_lazy("不是 PEM 格式的证书。"),
    "all_vehicles": gettext_lazy("未选择车辆：请勾选全部车辆，或在“车辆范围”中选择。"),
    "regions": gettext_lazy("须为 2、4 或 6 位行政区划代码。"),
    "source": gettext_lazy("请写明依据。"),
    "effective_to": gettext_lazy("失效日期须晚于生效日期。"),
    "data_key": gettext_lazy("须为 32 位十六进制数；AES 与 SM4 须有数据密钥。"),
    "peer_key": gettext_lazy("不是所选算法的公钥；RSA 至少 2048 位。"),
    "encryption": gettext_lazy("该协议版本没有这种加密方式。"),
    "signature": gettext_lazy("只有 2025 版报文带签名。"),
    "exchanges": gettext_lazy("密钥交换只用于 2025 版的 AES 与 SM4。"),
    "wrap": gettext_lazy("不用 TLS 时，交换的密钥须加密。"),
    "vector": gettext_lazy("GCM 的初始向量不得重复，须放在密文之前。"),
    "padding": gettext_lazy("CBC 与 ECB 须填充。"),
    "is_new_key": gettext_lazy("只有以密钥交换下发时才能在此生成密钥。"),
    "reports_2025": gettext_lazy("用 SM2、SM4 加密时，GB/T 45688 报文须以 $$ 开头。"),
    "information_type": gettext_lazy("该信息类型已在表中。"),
}


class RefusableForm(forms.Form):
    def refuse(self, refusal: BadInput) -> None:
        """Put what a service refused beside its field."""
        field = str(refusal).partition(":")[0]
        text = _WRONG.get(field) or _("填写有误：%(text)s") % {"text": refusal}
        self.add_error(field if field in self.fields else None, str(text))


class ReasonForm(RefusableForm):
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300)


class NoteForm(RefusableForm):
    note = forms.CharField(label=gettext_lazy("修订理由"), max_length=500)


class SettingsForm(RefusableForm):
    """Every setting of a revision; an empty password leaves the one there is."""

    password = forms.CharField(
        label=gettext_lazy("平台登入密码（留空：不更换）"),
        max_length=PASSWORD_BYTES,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields.pop("password")
        self.fields.update(fields_for_model(PlatformRevision, SETTINGS))
        self.fields["password"] = password
        after_user = [*SETTINGS[: SETTINGS.index("user") + 1], "password"]
        self.order_fields([*self.first(), *after_user])

    def first(self) -> list[str]:
        return []

    @property
    def settings(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in SETTINGS}


class PlatformForm(SettingsForm):
    """A new platform with its settings."""

    name = forms.CharField(
        label=gettext_lazy("代号（小写字母、数字、连字符，不可更改）"), max_length=32
    )
    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("平台类型"), choices=PublicPlatform.KINDS)

    def first(self) -> list[str]:
        self.fields["password"].label = gettext_lazy("平台登入密码")
        return ["name", "title", "kind"]


class VehiclesForm(RefusableForm):
    """Models, usage classes and regions narrow each other; vehicles named go in any case."""

    models = forms.TypedMultipleChoiceField(
        label=gettext_lazy("车型"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    usages = forms.MultipleChoiceField(
        label=gettext_lazy("使用性质"),
        choices=OwnerPeriod.USAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    regions = forms.CharField(
        label=gettext_lazy("行政区划代码（2、4 或 6 位，逗号分隔）"),
        required=False,
        max_length=2000,
    )
    vins = forms.CharField(
        label=gettext_lazy("指定车辆（VIN，每行一个）"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, actor: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = product_visible(actor, VehicleModel).order_by("name").values_list("pk", "name")
        self.fields["models"].choices = list(models)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "models": given["models"], "usages": given["usages"],
            "regions": _words(given["regions"]),
            "vins": [one.upper() for one in _words(given["vins"])],
        }  # fmt: skip

    @staticmethod
    def of(row: PlatformRevision) -> dict[str, Any]:
        """What is chosen, as the form takes it."""
        rows = list(row.choices.select_related("vehicle"))
        return {
            "models": [one.model_id for one in rows if one.kind == MODEL],
            "usages": [one.usage_class for one in rows if one.kind == USAGE],
            "regions": "，".join(one.region for one in rows if one.kind == REGION),
            "vins": "\n".join(
                one.vehicle.vin for one in rows if one.kind == VEHICLE and one.vehicle
            ),
        }


class ItemForm(RefusableForm):
    information_type = forms.TypedChoiceField(label=gettext_lazy("信息类型"), coerce=int)
    usage_class = forms.ChoiceField(
        label=gettext_lazy("使用性质"),
        choices=[("", gettext_lazy("全部使用性质")), *OwnerPeriod.USAGES],
        required=False,
    )
    source = forms.CharField(label=gettext_lazy("依据"), max_length=240)
    confidence = forms.ChoiceField(
        label=gettext_lazy("可信度"), choices=DeadlineRule.CONFIDENCES, initial="B"
    )
    effective_from = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    effective_to = forms.DateField(
        label=gettext_lazy("失效日期（留空：长期）"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, edition: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["information_type"].choices = type_choices(edition)  # type: ignore[attr-defined]


def _words(text: str) -> list[str]:
    return [one for one in re.split(r"[\s,，、;；]+", text) if one]
