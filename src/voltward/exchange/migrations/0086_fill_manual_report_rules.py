"""The dated rules of manual reports, and the words of their notice in both languages."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parents[1] / "facts" / "manual_report_deadlines.json"
ZH, EN = "zh-hans", "en"
TEMPLATES = [
    ("manual_report", ZH, "{vehicle} 热事件须人工报告：{platform}", "{platform}使用 2016 版协议，{told_at} 只收到 3 级报警。\n请以电话、函件或网页向其报告 {vehicle} 的热事件，并登记回执。"),
    ("manual_report", EN, "{vehicle}: thermal event to be reported to {platform}", "{platform} uses the 2016 edition and heard of level 3 only, at {told_at}.\nReport the thermal event of {vehicle} by phone, letter or its portal, and record the receipt."),
]  # fmt: skip


def rules(apps, schema_editor):
    rows = apps.get_model("records", "DeadlineRule").objects.using(schema_editor.connection.alias)
    for row in json.loads(FACTS.read_text(encoding="utf-8")):
        since = row.pop("effective_from")
        key = {name: row.pop(name) for name in ("code", "severity")}
        row["effective_from"] = date.fromisoformat(since) if since else None
        rows.get_or_create(maker=None, revision=1, **key, defaults=row)


def words(apps, schema_editor):
    rows = apps.get_model("records", "NoticeTemplate").objects.using(schema_editor.connection.alias)
    for code, language, title, body in TEMPLATES:
        rows.get_or_create(
            maker=None, code=code, language=language, version=1,
            defaults={"title": title, "body": body},
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("exchange", "0085_add_manual_reports")]
    operations = [
        migrations.RunPython(rules, migrations.RunPython.noop),
        migrations.RunPython(words, migrations.RunPython.noop),
    ]
