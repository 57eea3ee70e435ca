"""Guards the history of vehicles and products as a whole, as records/ guards its audit trail."""

from django.db import migrations

from voltward.records.append_only import guarded

TABLES = (
    "agreement",
    "batterypack",
    "batterytype",
    "configuration",
    "controllertype",
    "motortype",
    "ownerperiod",
    "packfitting",
    "platform",
    "softwareversion",
    "terminal",
    "vehicle",
    "vehiclemodel",
)


class Migration(migrations.Migration):
    dependencies = [("fleet", "0006_add_wall"), ("records", "0091_add_append_guards")]
    operations = [guarded(f"fleet_{name}event") for name in TABLES]
