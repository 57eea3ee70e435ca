"""The platform's own account: it acts for set-up commands and for what the gateway brings in."""

from django.contrib.auth.hashers import make_password
from django.db import migrations


def fill(apps, schema_editor):
    people = apps.get_model("records", "Person").objects.using(schema_editor.connection.alias)
    person, _ = people.get_or_create(
        login="voltward",
        defaults={"display_name": "伏卫", "is_program": True, "password": make_password(None)},
    )
    assignments = apps.get_model("records", "Assignment").objects.using(schema_editor.connection.alias)
    assignments.get_or_create(person=person, role="installation", defaults={"assigned_by": person})


class Migration(migrations.Migration):
    dependencies = [("records", "0002_add_audit_guard")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
