"""Guards the history of vehicles and products as a whole, as records/ guards its audit trail."""

from django.db import migrations

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


def guarded(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION records_append_only()",
        f"DROP TRIGGER append_only ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("fleet", "0006_add_wall"), ("records", "0091_add_append_guards")]
    operations = [guarded(f"fleet_{name}event") for name in TABLES]
