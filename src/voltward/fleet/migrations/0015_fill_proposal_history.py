"""Begins the history of proposals and guards it as a whole."""

from django.db import migrations

from voltward.records.append_only import guarded
from voltward.records.tracking import begun

NAMES = ("currentsignproposal", "safeboundary")


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0014_add_proposal_history"),
        ("records", "0101_fill_history"),
    ]
    operations = [begun("fleet", NAMES), *(guarded(f"fleet_{name}event") for name in NAMES)]
