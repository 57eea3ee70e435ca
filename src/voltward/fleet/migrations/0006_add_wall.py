"""Puts vehicles behind the wall (records.wall)."""

from django.db import migrations

from voltward.records.wall import walled


class Migration(migrations.Migration):
    dependencies = [("fleet", "0005_add_list_order"), ("records", "0007_add_wall")]
    operations = [walled("fleet_vehicle")]
