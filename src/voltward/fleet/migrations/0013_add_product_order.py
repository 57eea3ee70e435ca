"""The indexes that hold each order of the lists of packs, terminals and parts."""

from django.db import migrations, models


def by(model: str, name: str, *fields: str) -> migrations.AddIndex:
    return migrations.AddIndex(model, models.Index(fields=fields, name=name))


class Migration(migrations.Migration):
    dependencies = [("fleet", "0009_add_owner_identity")]
    operations = [
        by("batterypack", "pack_by_produced", "maker", "produced_on", "code"),
        by("terminal", "terminal_by_iccid", "maker", "iccid", "serial"),
        by("terminal", "terminal_by_firmware", "maker", "firmware", "serial"),
        by("partrecord", "part_kind", "kind", "id"),
    ]
