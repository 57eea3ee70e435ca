"""The one row that counts the changes of the set of vehicles."""

from django.db import migrations


def fill(apps, schema_editor):
    rows = apps.get_model("fleet", "RegistryGeneration").objects.using(schema_editor.connection.alias)
    rows.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("fleet", "0001_add_vehicles")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
