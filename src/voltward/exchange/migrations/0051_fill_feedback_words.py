"""The words of the notice that a public platform found a hazard, in both languages."""

from django.db import migrations

ZH, EN = "zh-hans", "en"
TEMPLATES = [
    ("hazard_feedback", ZH, "{platform}反馈隐患：{items}", "{platform}研判一辆车存在隐患：{items}。\n请核查数据、联系车主，并给出结论。"),
    ("hazard_feedback", EN, "{platform} found a hazard: {items}", "{platform} judged that a vehicle has a hazard: {items}.\nCheck its data, call its owner, and give a verdict."),
]  # fmt: skip


def words(apps, schema_editor):
    rows = apps.get_model("records", "NoticeTemplate").objects.using(schema_editor.connection.alias)
    for code, language, title, body in TEMPLATES:
        rows.get_or_create(
            maker=None, code=code, language=language, version=1,
            defaults={"title": title, "body": body},
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("exchange", "0050_add_reports"), ("records", "0101_fill_history")]
    operations = [migrations.RunPython(words, migrations.RunPython.noop)]
