"""The limits of the queue of models, and the words by which people who review batches are told."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parents[1] / "facts" / "watch_limits.json"
ZH, EN = "zh-hans", "en"
TEMPLATES = [
    ("model_review", ZH, "批次核查：{model} {kind}", "车型 {model} 发生{kind}的车辆为 {vehicles} 辆，占在用 {in_use} 辆的 {share_pct}%，已达到 GB/T 45688-2025 附录 D 的核查比例。\n请核查该批次的质量，并在本通知的页面给出结论。"),
    ("model_review", EN, "Batch review: {model}, {kind}", "{vehicles} vehicles of the model {model} had: {kind}. That is {share_pct} % of the {in_use} in use and reaches the share of GB/T 45688-2025 Appendix D.\nCheck the quality of the batch and give the verdict on the page of this notice."),
]  # fmt: skip


def limits(apps, schema_editor):
    rows = apps.get_model("monitoring", "WatchLimit").objects.using(schema_editor.connection.alias)
    for row in json.loads(FACTS.read_text(encoding="utf-8")):
        if row["code"].startswith("share."):
            row["effective_from"] = date.fromisoformat(row["effective_from"])
            key = {"maker": None, "code": row.pop("code"), "battery_type": None, "revision": 1}
            rows.get_or_create(**key, defaults=row)


def words(apps, schema_editor):
    rows = apps.get_model("records", "NoticeTemplate").objects.using(schema_editor.connection.alias)
    for code, language, title, body in TEMPLATES:
        rows.get_or_create(
            maker=None, code=code, language=language, version=1,
            defaults={"title": title, "body": body},
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0060_add_model_share"), ("records", "0101_fill_history")]
    operations = [
        migrations.RunPython(limits, migrations.RunPython.noop),
        migrations.RunPython(words, migrations.RunPython.noop),
    ]
