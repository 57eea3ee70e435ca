"""Puts what records/ keeps for a maker behind the wall (records.wall)."""

from django.db import migrations

from voltward.records.wall import walled


class Migration(migrations.Migration):
    dependencies = [("records", "0006_add_administrators_apart")]
    operations = [
        walled("records_auditrow", append_only=True),
        walled("records_unit"),
        walled("records_approval"),
        walled("records_link"),
    ]
