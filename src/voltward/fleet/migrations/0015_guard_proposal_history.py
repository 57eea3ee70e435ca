"""Guards the history of proposals as a whole."""

from django.db import migrations

from voltward.records.append_only import guarded


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0014_add_proposal_history"),
        ("records", "0101_guard_history"),
    ]
    operations = [
        guarded(f"fleet_{name}event") for name in ("currentsignproposal", "safeboundary")
    ]
