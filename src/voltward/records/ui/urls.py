"""Addresses of records/: logging in and out, one's own account, the audit trail, notices."""

from django.urls import path

from voltward.records.ui import (
    account,
    audit,
    inbox,
    notice_chains,
    notice_channels,
    notice_records,
    notice_settings,
    notice_templates,
)

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("account/", account.own_account, name="account"),
    path("account/notices/", notice_settings.own_setting, name="notice-settings"),
    path("language/", account.language, name="language"),
    path("audit/", audit.AuditList.as_view(), name="audit"),
    path("inbox/", inbox.InboxList.as_view(), name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox-read"),
    path("inbox/<int:notice_id>/", inbox.notice, name="notice"),
    path("inbox/<int:notice_id>/acknowledge/", inbox.acknowledge, name="notice-acknowledge"),
    path("notices/", notice_records.DeliveryList.as_view(), name="notice-deliveries"),
    path("notices/<int:delivery_id>/", notice_records.delivery, name="notice-delivery"),
    path("notices/channels/", notice_channels.ChannelList.as_view(), name="notice-channels"),
    path("notices/channels/add/", notice_channels.kinds, name="notice-channel-kinds"),
    path("notices/channels/add/<str:kind>/", notice_channels.add, name="notice-channel-add"),
    path("notices/channels/<int:channel_id>/", notice_channels.channel, name="notice-channel"),
    path(
        "notices/channels/<int:channel_id>/test/", notice_channels.test, name="notice-channel-test"
    ),
    path(
        "notices/channels/<int:channel_id>/close/",
        notice_channels.close,
        name="notice-channel-close",
    ),
    path("notices/chains/", notice_chains.ChainList.as_view(), name="notice-chains"),
    path("notices/chains/add/", notice_chains.add, name="notice-chain-add"),
    path("notices/chains/<int:chain_id>/", notice_chains.chain, name="notice-chain"),
    path("notices/chains/<int:chain_id>/close/", notice_chains.close, name="notice-chain-close"),
    path("notices/templates/", notice_templates.templates, name="notice-templates"),
    path(
        "notices/templates/<str:code>/<str:language>/",
        notice_templates.template,
        name="notice-template",
    ),
]
