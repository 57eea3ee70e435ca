"""The guard of tables that are only ever added to: not even their owner changes one by mistake."""

from __future__ import annotations

from django.db import migrations


def guarded(table: str) -> migrations.RunSQL:
    """A migration's step; the function is that of records' migration 0002."""
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION records_append_only()",
        f"DROP TRIGGER append_only ON {table}",
    )
