"""How far from a charging site a vehicle that charges or stands still counts as being there."""

from datetime import date

from django.db import migrations

RULE = {"maker": None, "code": "charging_site_reach", "from_level": 0, "effective_from": date(2025, 12, 1)}
GIVEN = {
    "amount": 200, "unit": "metre", "confidence": "M",
    "source": "企业自定（建议值）：场站范围约 100 米，加卫星定位与站点坐标的误差",
}  # fmt: skip


def fill(apps, schema_editor):
    rules = apps.get_model("monitoring", "DeskRule").objects.using(schema_editor.connection.alias)
    rules.get_or_create(**RULE, defaults=GIVEN)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0081_add_site_reach")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
