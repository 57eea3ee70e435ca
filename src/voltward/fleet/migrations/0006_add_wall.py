"""Puts vehicles, products and their history behind the wall (records.wall)."""

from django.db import migrations

from voltward.records.wall import walled

TRACKED = (
    "batterypack",
    "batterytype",
    "configuration",
    "controllertype",
    "motortype",
    "platform",
    "terminal",
    "vehicle",
    "vehiclemodel",
)


class Migration(migrations.Migration):
    dependencies = [("fleet", "0005_add_list_order"), ("records", "0090_add_office_wall")]
    operations = [
        walled("fleet_agreementversion"),
        *(walled(f"fleet_{name}") for name in TRACKED),
        *(walled(f"fleet_{name}event", append_only=True) for name in TRACKED),
    ]
