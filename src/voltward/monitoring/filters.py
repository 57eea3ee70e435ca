"""One filter for the page, the export and the API of each list of the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.monitoring.models import DispositionRule, OwnerNotice, Webhook
from voltward.monitoring.notice_kinds import OWNER_KINDS
from voltward.pages.filtering import RoomFilterSet

ALL = _("全部")


class DispositionFilter(FilterSet):  # type: ignore[misc] # the library is untyped
    state = ChoiceFilter(label=_("状态"), choices=DispositionRule.STATES, empty_label=ALL)
    condition = ChoiceFilter(label=_("条件"), choices=DispositionRule.CONDITIONS, empty_label=ALL)

    class Meta:
        model = DispositionRule
        fields = ["state", "condition"]


class OwnerNoticeFilter(RoomFilterSet):
    of = "owner_notice"
    vin = CharFilter(label="VIN", field_name="vehicle__vin", lookup_expr="begins", max_length=17)
    state = ChoiceFilter(label=_("状态"), choices=OwnerNotice.STATES, empty_label=ALL)
    way = ChoiceFilter(label=_("方式"), choices=OwnerNotice.WAYS, empty_label=ALL)
    kind = ChoiceFilter(
        label=_("类型"), choices=[(code, one.title) for code, one in OWNER_KINDS.items()],
        empty_label=ALL,
    )  # fmt: skip

    class Meta:
        model = OwnerNotice
        fields = ["vin", "state", "way", "kind"]


class WebhookFilter(FilterSet):  # type: ignore[misc] # the library is untyped
    name = CharFilter(label=_("名称"), lookup_expr="begins", max_length=80)

    class Meta:
        model = Webhook
        fields = ["name"]
