"""Nobody changes or empties what is only ever added to, not even the tables' owner by mistake."""

from django.db import migrations

from voltward.records.append_only import guarded

TABLES = ("records_acknowledgement", "records_clockextension", "records_clocknews")


class Migration(migrations.Migration):
    dependencies = [("records", "0090_add_office_wall")]
    operations = [guarded(table) for table in TABLES]
