"""The dated rule of how long a command waits for its vehicle."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parents[1] / "facts" / "downlink_deadlines.json"


def rules(apps, schema_editor):
    rows = apps.get_model("records", "DeadlineRule").objects.using(schema_editor.connection.alias)
    for row in json.loads(FACTS.read_text(encoding="utf-8")):
        since = row.pop("effective_from")
        key = {name: row.pop(name) for name in ("code", "severity")}
        row["effective_from"] = date.fromisoformat(since) if since else None
        rows.get_or_create(maker=None, revision=1, **key, defaults=row)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0060_add_downlink")]
    operations = [migrations.RunPython(rules, migrations.RunPython.noop)]
