"""Nobody changes or empties what is only ever added to, not even the tables' owner by mistake."""

from django.db import migrations

TABLES = ("records_acknowledgement", "records_clockextension", "records_clocknews")


def guarded(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION records_append_only()",
        f"DROP TRIGGER append_only ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0090_add_office_wall")]
    operations = [guarded(table) for table in TABLES]
