"""The dated rules by which links are watched, and the words of their notices in both languages."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parents[1] / "facts" / "deadlines.json"
ZH, EN = "zh-hans", "en"
TEMPLATES = [
    ("link_down", ZH, "平台对接中断：{platform}", "与{platform}的链路自 {since_at} 起中断：{error}\n期间报文已落盘，恢复后自动补发。"),
    ("link_down", EN, "Link down: {platform}", "The link to {platform} has been down since {since_at}: {error}\nFrames are on disk meanwhile and are reissued when it is back."),
    ("link_backlog", ZH, "平台对接积压超过 {span}：{platform}", "{platform}还有 {due} 帧待补发，最早的采集于 {oldest_at}。\n补发期限为 7 日，过期只在要求时发送。"),
    ("link_backlog", EN, "Backlog over {span}: {platform}", "{platform} is still owed {due} frames, the oldest collected at {oldest_at}.\nReissue ends after 7 days; later ones are sent only on request."),
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
    dependencies = [("exchange", "0001_add_platforms"), ("records", "0101_fill_history")]
    operations = [
        migrations.RunPython(rules, migrations.RunPython.noop),
        migrations.RunPython(words, migrations.RunPython.noop),
    ]
