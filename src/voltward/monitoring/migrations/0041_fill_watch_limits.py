"""The platform's limits of the watch queues and the rule of the recheck's clock, as in ``facts/``."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parents[1] / "facts"


def _rows(name):
    for row in json.loads((FACTS / name).read_text(encoding="utf-8")):
        row["effective_from"] = date.fromisoformat(row["effective_from"])
        yield row


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    limits = apps.get_model("monitoring", "WatchLimit").objects.using(alias)
    for row in _rows("watch_limits.json"):
        # a later edition of the file is a later migration: what is there stays
        key = {"maker": None, "code": row.pop("code"), "battery_type": None, "revision": 1}
        limits.get_or_create(**key, defaults=row)
    rules = apps.get_model("records", "DeadlineRule").objects.using(alias)
    for row in _rows("watch_deadlines.json"):
        key = {name: row.pop(name) for name in ("code", "severity")}
        rules.get_or_create(maker=None, revision=1, **key, defaults=row)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0040_add_watch"), ("records", "0101_fill_history")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
