"""Begins the history of what records/ keeps, puts it behind the wall and guards it as a whole."""

from django.db import migrations

from voltward.records.append_only import guarded
from voltward.records.tracking import begun
from voltward.records.wall import walled

OWN = (
    "assignedtask",
    "attachment",
    "channel",
    "clock",
    "escalationchain",
    "legalhold",
    "link",
    "unit",
)
# rows of no maker hold for all, or are the installation's
SHARED = (
    "approval",
    "calendaryear",
    "deadlinerule",
    "exportrule",
    "noticetemplate",
    "person",
    "retentionrule",
    "workday",
)
# what belongs to a record of a maker, or to no maker at all
REST = (
    "apitoken",
    "assignment",
    "attachmentlimit",
    "escalationstep",
    "heldrecord",
    "maker",
    "post",
    "postholder",
    "retentionclass",
)


class Migration(migrations.Migration):
    dependencies = [("records", "0100_add_history")]
    operations = [
        begun("records", (*OWN, *SHARED, *REST)),
        *(walled(f"records_{name}event", append_only=True) for name in OWN),
        *(walled(f"records_{name}event", append_only=True, shared=True) for name in SHARED),
        *(guarded(f"records_{name}event") for name in (*OWN, *SHARED, *REST)),
    ]
