"""What the application's role and the read-only role may do with each table."""

from __future__ import annotations

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from voltward.entry.postgres import READONLY
from voltward.records.wall import READER

CHANGE = "SELECT, INSERT, UPDATE, DELETE"
APPEND = "SELECT, INSERT"
READ = "SELECT"
SECRET_TABLES = frozenset(
    {
        "django_session",
        "mfa_authenticator",
        "records_apitoken",
        "records_loginattempt",
        "socialaccount_socialapp",
        "socialaccount_socialtoken",
    }
)


# what reading itself and one's own account write; of people, only what is the reader's own
READERS_OWN = {
    "django_session": CHANGE,
    "mfa_authenticator": CHANGE,
    "records_acknowledgement": APPEND,
    "records_apitoken": CHANGE,
    "records_apitokenevent": APPEND,
    "records_auditrow": APPEND,
    "records_auditwaiting": APPEND,
    "records_datakey": "SELECT, INSERT",
    "records_delivery": "SELECT, UPDATE",
    "records_filtersubscription": CHANGE,
    "records_listchoice": CHANGE,
    "records_loginattempt": CHANGE,
    "records_notice": "SELECT, UPDATE",
    "records_noticesetting": CHANGE,
    "records_person": "SELECT, UPDATE (language, password, password_changed_at, last_login, mark)",
    "records_personcontact": CHANGE,
    "records_personevent": APPEND,
    "records_personsession": CHANGE,
    "records_quiethours": CHANGE,
    "records_savedfilter": CHANGE,
}


def grant_rights(owner: BaseDatabaseWrapper, app_role: str) -> None:
    """Renew all rights from the models: ``append_only`` tables cannot be changed or emptied."""
    append_only = {
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    }
    with owner.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if app_role in ("", cursor.fetchone()[0]):
            return  # one role for everything: its owner's choice; the triggers still hold
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[app_role, READONLY, READER]]
        )
        roles = {row[0] for row in cursor.fetchall()}
        for table in owner.introspection.table_names(cursor):
            rights = (
                APPEND if table in append_only else READ if table == "django_migrations" else CHANGE
            )
            secret = table in SECRET_TABLES
            read = "" if secret else READ
            of_reader = READERS_OWN.get(table, read)
            for role, wanted in ((app_role, rights), (READONLY, read), (READER, of_reader)):
                if role in roles:
                    cursor.execute(_statement("REVOKE ALL ON {} FROM {}", table, role))
                    if wanted:
                        cursor.execute(_statement(f"GRANT {wanted} ON {{}} TO {{}}", table, role))
        for role in {app_role, READER} & roles:
            cursor.execute(
                sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(
                    sql.Identifier(role)
                )
            )


def _statement(text: str, table: str, role: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table), sql.Identifier(role))
