"""What lists of clocks, tasks and deliveries are ordered by, and the indexes that hold each order."""

from django.db import migrations, models
from django.db.models.functions import Coalesce


def by(model: str, name: str, *fields: str) -> migrations.AddIndex:
    return migrations.AddIndex(model, models.Index(fields=fields, name=name))


class Migration(migrations.Migration):
    dependencies = [("records", "0093_drop_notice_addresses")]
    operations = [
        migrations.AddField(
            "clock",
            "due_order_at",
            models.GeneratedField(
                expression=Coalesce("due_at", "started_at"),
                output_field=models.DateTimeField(),
                db_persist=True,
            ),
        ),
        by("clock", "clock_by_start", "maker", "started_at", "id"),
        by("clock", "clock_by_due", "maker", "due_order_at", "id"),
        by("clock", "clock_by_subject", "maker", "subject_text", "id"),
        by("assignedtask", "task_by_assigned", "maker", "assigned_at", "id"),
        by("assignedtask", "task_by_due", "maker", "due_at", "id"),
        by("delivery", "delivery_by_attempts", "attempts", "id"),
        by("delivery", "delivery_by_sent", "sent_at", "id"),
    ]
