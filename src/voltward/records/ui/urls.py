"""Addresses of records/: logging in and out, one's own account, the audit trail, imports."""

from django.urls import path

from voltward.records.ui import account, audit, imports

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("account/", account.own_account, name="account"),
    path("language/", account.language, name="language"),
    path("audit/", audit.AuditList.as_view(), name="audit"),
    path("imports/", imports.ImportList.as_view(), name="imports"),
    path("imports/new/", imports.new, name="import-new"),
    path("imports/template/<str:kind>.<str:ending>", imports.template, name="import-template"),
    path("imports/<int:run_id>/", imports.run_page, name="import-run"),
    path("imports/<int:run_id>/progress/", imports.progress, name="import-progress"),
    path("imports/<int:run_id>/map/", imports.map_columns, name="import-map"),
    path("imports/<int:run_id>/check/", imports.check, name="import-check"),
    path("imports/<int:run_id>/apply/", imports.apply, name="import-apply"),
    path("imports/<int:run_id>/undo/", imports.undo, name="import-undo"),
    path("imports/<int:run_id>/errors.xlsx", imports.errors, name="import-errors"),
]
