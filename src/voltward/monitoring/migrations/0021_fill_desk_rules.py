"""The numbers that the desk begins with; makers revise them with a second person."""

from datetime import date

from django.db import migrations

OWN = "企业自定服务水平（建议值）"
FROM = date(2025, 12, 1)  # GB/T 45688-2025 is in force
# code, from level, amount, unit, source, confidence
RULES = [
    ("snooze_longest", 0, 10_080, "minute", OWN, "M"),
    ("snooze_longest", 3, 60, "minute", OWN, "M"),
    ("owner_notice_repeat", 0, 24, "hour", OWN, "M"),
    ("owner_opt_out_level", 0, 2, "level", "GB/T 45688-2025 6.2.1：3 级故障须立即停驶，不得拒收；其余为企业自定", "M"),
    ("operator_hour_limit", 0, 12, "alarm", "IEC 62682 / EEMUA 191：每名操作员每小时约 12 条为可管理上限", "M"),
    ("webhook_retry", 0, 24, "hour", OWN, "M"),
]  # fmt: skip


def fill(apps, schema_editor):
    rules = apps.get_model("monitoring", "DeskRule").objects.using(schema_editor.connection.alias)
    for code, level, amount, unit, source, confidence in RULES:
        rules.get_or_create(
            maker=None, code=code, from_level=level, effective_from=FROM,
            defaults={"amount": amount, "unit": unit, "source": source, "confidence": confidence},
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0020_add_desk")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
