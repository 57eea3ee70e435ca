"""Puts vehicles behind the wall (records.wall)."""

from django.db import migrations

from voltward.records.wall import walled


class Migration(migrations.Migration):
    dependencies = [("fleet", "0004_fill_products"), ("records", "0007_add_wall")]
    operations = [walled("fleet_vehicle")]
