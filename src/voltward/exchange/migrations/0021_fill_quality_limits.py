"""The platform's limits of data quality, as the engine's own catalogue has them."""

from datetime import date

from django.db import migrations

from voltward.uplink.quality.catalogue import facts_of


def fill(apps, schema_editor):
    limits = apps.get_model("exchange", "QualityLimit").objects.using(schema_editor.connection.alias)
    for row in facts_of("limits.json"):
        # a later edition of the file is a later migration: what is there stays
        key = {"maker": None, "code": row.pop("code"), "revision": 1}
        row["effective_from"] = date.fromisoformat(row["effective_from"])
        limits.get_or_create(**key, defaults=row)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0020_add_quality")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
