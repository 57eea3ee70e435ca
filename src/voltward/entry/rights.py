"""What the application's role and the read-only role may do with each table."""

from __future__ import annotations

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from voltward.entry.postgres import READONLY

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
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[app_role, READONLY]]
        )
        roles = {row[0] for row in cursor.fetchall()}
        for table in owner.introspection.table_names(cursor):
            rights = (
                APPEND if table in append_only else READ if table == "django_migrations" else CHANGE
            )
            secret = table in SECRET_TABLES
            for role, wanted in ((app_role, rights), (READONLY, "" if secret else READ)):
                if role in roles:
                    cursor.execute(_statement("REVOKE ALL ON {} FROM {}", table, role))
                    if wanted:
                        cursor.execute(_statement(f"GRANT {wanted} ON {{}} TO {{}}", table, role))
        if app_role in roles:
            role_name = sql.Identifier(app_role)
            cursor.execute(
                sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role_name)
            )


def _statement(text: str, table: str, role: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table), sql.Identifier(role))
