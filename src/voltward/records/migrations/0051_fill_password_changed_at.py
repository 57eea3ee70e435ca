"""Passwords from before the date was kept count from the day the account was made."""

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    people = apps.get_model("records", "Person").objects.using(schema_editor.connection.alias)
    known = people.filter(password_changed_at=None, is_program=False).exclude(password__startswith="!")
    known.update(password_changed_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("records", "0050_add_sign_in")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
