"""Addresses of records/: logging in and out, one's own account, the audit trail."""

from django.urls import path

from voltward.records.ui import account, audit, audit_verifications

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("account/", account.own_account, name="account"),
    path("language/", account.language, name="language"),
    path("audit/", audit.AuditList.as_view(), name="audit"),
    path("audit/verifications/", audit_verifications.verifications, name="audit-verifications"),
    path("audit/<int:row_id>/", audit.row_page, name="audit-row"),
]
