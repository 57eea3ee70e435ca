"""The platform's deadline rules, as they stand in ``facts/deadlines.json``."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parents[1] / "facts" / "deadlines.json"


def fill(apps, schema_editor):
    rules = apps.get_model("records", "DeadlineRule").objects.using(schema_editor.connection.alias)
    for row in json.loads(FACTS.read_text(encoding="utf-8")):
        since = row.pop("effective_from")
        key = {name: row.pop(name) for name in ("code", "severity")}
        row["effective_from"] = date.fromisoformat(since) if since else None
        # a later edition of the file is a later migration: what is there stays
        rules.get_or_create(maker=None, revision=1, **key, defaults=row)


class Migration(migrations.Migration):
    dependencies = [("records", "0030_add_clocks")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
