"""The first classes and rules of retention, and the first limit of attachments; repeatable."""

from datetime import date

from django.db import migrations

from voltward.records.seed.retention import LIMIT, ROWS


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    classes = apps.get_model("records", "RetentionClass").objects.using(alias)
    rules = apps.get_model("records", "RetentionRule").objects.using(alias)
    for order, row in enumerate(ROWS, 1):
        classes.get_or_create(
            code=row.code,
            defaults={"title_zh": row.title_zh, "title_en": row.title_en, "order": order * 10},
        )
        rules.get_or_create(
            maker=None, retention_class_id=row.code, source=row.source,
            effective_from=date.fromisoformat(row.first_day),
            defaults={
                "keep_years": row.years, "keep_months": row.months, "keep_life": row.life,
                "legal": row.legal, "then": row.then, "basis": row.basis,
                "confidence": row.confidence,
            },
        )
    most, hours, source, confidence, first_day = LIMIT
    apps.get_model("records", "AttachmentLimit").objects.using(alias).get_or_create(
        effective_from=date.fromisoformat(first_day),
        defaults={
            "max_bytes": most, "slip_hours": hours, "source": source, "confidence": confidence,
        },
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0020_add_protection")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
