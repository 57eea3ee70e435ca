"""Says of the assignments there are which administrator they make."""

from django.db import migrations

ADMINISTRATORS = {"system_admin": "system", "security_admin": "security", "audit_admin": "audit"}


def fill(apps, schema_editor):
    rows = apps.get_model("records", "Assignment").objects.using(schema_editor.connection.alias)
    for role, administers in ADMINISTRATORS.items():
        rows.filter(role=role).update(administers=administers)


class Migration(migrations.Migration):
    dependencies = [("records", "0004_add_organisation")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
