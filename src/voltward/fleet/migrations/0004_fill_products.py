"""Models, battery types and configurations from the texts that vehicles carry.

Batched and repeatable: only vehicles without a configuration are touched. A text says nothing of
a platform, so none is made up: models wait for somebody to name theirs.
"""

from django.db import migrations

BATCH = 5000


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias

    def rows(name):
        return apps.get_model("fleet", name).objects.using(alias)

    bare = rows("Vehicle").filter(configuration=None)
    texts = ("maker_id", "model_name", "battery_type")
    for maker, model_name, battery in list(bare.order_by().values_list(*texts).distinct()):
        battery_type = None
        if battery:
            battery_type, _ = rows("BatteryType").get_or_create(maker_id=maker, name=battery)
        if not model_name:
            continue
        model, _ = rows("VehicleModel").get_or_create(maker_id=maker, name=model_name)
        configuration, _ = rows("Configuration").get_or_create(
            model=model, name=battery, defaults={"maker_id": maker, "battery_type": battery_type}
        )
        these = bare.filter(maker_id=maker, model_name=model_name, battery_type=battery)
        while batch := list(these.values_list("pk", flat=True)[:BATCH]):
            rows("Vehicle").filter(pk__in=batch).update(configuration=configuration)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("fleet", "0003_add_spine")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
