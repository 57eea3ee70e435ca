"""Addresses of records/: logging in and out, one's own account, the audit trail, what is kept."""

from django.urls import path

from voltward.records.ui import account, attachments, audit, contact, holds, retention

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("account/", account.own_account, name="account"),
    path("account/contact/", contact.own_contact, name="contact"),
    path("language/", account.language, name="language"),
    path("audit/", audit.AuditList.as_view(), name="audit"),
    path("retention/", retention.rules, name="retention"),
    path("retention/<str:code>/propose/", retention.propose, name="retention-propose"),
    path("holds/", holds.holds, name="holds"),
    path("holds/<int:hold_id>/", holds.hold, name="hold"),
    path("attachments/of/<str:record>/", attachments.of_record, name="attachments"),
    path("attachments/of/<str:record>/add/", attachments.add, name="attachment-add"),
    path("attachments/<int:attachment_id>/", attachments.take, name="attachment"),
    path("attachments/<int:attachment_id>/delete/", attachments.delete, name="attachment-delete"),
]
