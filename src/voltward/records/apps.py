"""Makers, people, roles, grants, tokens and the audit trail."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "voltward.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from voltward.records import beginnings  # noqa: F401 - registers the lookup
        from voltward.records.account_news import tell_of_accounts
        from voltward.records.notice_news import tell_of_work
        from voltward.records.protection.marks import hear
        from voltward.records.receivers import connect
        from voltward.records.services.marks import forgeries_found

        connect()
        tell_of_work()
        tell_of_accounts()
        hear(forgeries_found)
