"""The dated rules the desk's duty goes by, and the words of its notices in both languages."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FACTS = Path(__file__).parents[2] / "records" / "facts" / "deadlines.json"
ZH, EN = "zh-hans", "en"
TEMPLATES = [
    ("presence_check", ZH, "查岗：{shift}", "请在 {answer_by_at} 前打开本通知的页面并点击“我在岗”。"),
    ("presence_check", EN, "Presence check: {shift}", "Open the page of this notice and press “I am here” by {answer_by_at}."),
    ("presence_missed", ZH, "查岗无应答：{shift} {person}", "{person}（{shift}）在 {answer_by_at} 前没有应答查岗。\n请立即致电监控席，必要时安排人员接替。"),
    ("presence_missed", EN, "No answer to a presence check: {shift} {person}", "{person} ({shift}) did not answer a presence check by {answer_by_at}.\nCall the desk now and send somebody else if needed."),
    ("shift_swap_asked", ZH, "请求换班：{shift}", "{giver}请您接替 {begins_at} 开始的{shift}。\n理由：{reason}\n请同意或不同意；您同意之前，排班不变。"),
    ("shift_swap_asked", EN, "Swap asked: {shift}", "{giver} asks you to take over {shift}, which begins at {begins_at}.\nReason: {reason}\nAgree or refuse; nothing changes before you agree."),
    ("shift_swap_decided", ZH, "换班答复：{shift} {decision}", "{taker}对 {begins_at} 开始的{shift}的答复：{decision}。"),
    ("shift_swap_decided", EN, "Swap of {shift}: {decision}", "{taker} on the swap of {shift}, which begins at {begins_at}: {decision}."),
    ("watchdog_silent", ZH, "看门狗已停止", "平台看门狗自 {since_at} 起没有动静：环节停止时将没有人被告知。\n请检查看门狗进程。"),
    ("watchdog_silent", EN, "The watchdog stands", "The platform's watchdog has been silent since {since_at}: nobody is told when a stage stops.\nCheck the watchdog process."),
]  # fmt: skip


def rules(apps, schema_editor):
    rows = apps.get_model("records", "DeadlineRule").objects.using(schema_editor.connection.alias)
    for row in json.loads(FACTS.read_text(encoding="utf-8")):
        if row["code"].startswith("duty_"):
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
    dependencies = [("monitoring", "0050_add_duty"), ("records", "0101_fill_history")]
    operations = [
        migrations.RunPython(rules, migrations.RunPython.noop),
        migrations.RunPython(words, migrations.RunPython.noop),
    ]
