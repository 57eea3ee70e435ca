"""Puts the rest of what records/ keeps for a maker behind the wall (records.wall)."""

from django.db import migrations

from voltward.records.wall import walled

# Rows of no maker hold for all: rules as the law has them, templates, keys of the installation.
SHARED = (
    "calendaryear",
    "datakey",
    "deadlinerule",
    "exportrule",
    "notice",
    "noticetemplate",
    "retentionrule",
    "workday",
)
OWN = (
    "assignedtask",
    "attachment",
    "auditverification",
    "channel",
    "clock",
    "escalationchain",
    "importmapping",
    "importrun",
    "legalhold",
    "savedfilter",
)


class Migration(migrations.Migration):
    dependencies = [("records", "0070_add_imports")]
    operations = [
        *(walled(f"records_{name}", shared=True) for name in SHARED),
        *(walled(f"records_{name}") for name in OWN),
    ]
