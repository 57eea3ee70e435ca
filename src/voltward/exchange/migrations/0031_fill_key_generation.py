"""The one row that counts the changes of keys."""

from django.db import migrations


def fill(apps, schema_editor):
    rows = apps.get_model("exchange", "KeyGeneration").objects.using(schema_editor.connection.alias)
    rows.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0030_add_terminal_keys")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
