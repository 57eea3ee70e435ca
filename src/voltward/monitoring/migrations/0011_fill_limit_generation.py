"""The one row that counts the changes of approved limits."""

from django.db import migrations


def fill(apps, schema_editor):
    rows = apps.get_model("monitoring", "LimitGeneration").objects
    rows.using(schema_editor.connection.alias).get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0010_add_limits")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
