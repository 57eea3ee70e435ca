"""Addresses of records/: logging in and out, one's own account, lists, exports, the audit trail."""

from django.urls import path

from voltward.records.ui import account, audit, exports, list_views

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("account/", account.own_account, name="account"),
    path("language/", account.language, name="language"),
    path("lists/<slug:of>/columns/", list_views.columns, name="list-columns"),
    path("lists/<slug:of>/filters/", list_views.save, name="list-filter-save"),
    path("lists/<slug:of>/filters/<int:filter_id>/", list_views.step, name="list-filter"),
    path("exports/", exports.page, name="exports"),
    path("exports/rule/", exports.rule, name="export-rule"),
    path("exports/<int:export_id>/", exports.download, name="export-download"),
    path("audit/", audit.AuditList.as_view(), name="audit"),
]
