"""Marks the rows that stand there now, and gives the notice of forged ones its words."""

from django.db import migrations

from voltward.records.protection.marks import mark_of

MARKED = {
    "Person": ("id", "login", "password", "maker", "is_active", "is_program"),
    "Assignment": ("person", "role", "unit", "administers", "assigned_by"),
    "ApiToken": ("person", "digest", "scope", "pages", "expires_at", "revoked_at"),
    "Approval": ("id", "maker", "kind", "title", "payload", "state", "asked_by", "decided_by"),
}
TEMPLATES = [
    ("row_forged", "zh-hans", "权限数据被改动：{row}", "{at} 发现决定权限的记录 {row}（账号 {login}）不是由平台写入的。\n它已不再生效，该账号不能登录。请核对后收回角色，或由安装负责人确认。"),
    ("row_forged", "en", "Rights were tampered with: {row}", "At {at} row {row}, which decides rights (account {login}), was found not to be written by the platform.\nIt is not honoured and the account cannot log in. Look into it, then take the role away, or have whoever runs the installation confirm it."),
]  # fmt: skip


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    for name, columns in MARKED.items():
        model = apps.get_model("records", name)
        rows = model._base_manager.using(alias)
        for row in rows.filter(mark="").order_by("pk").iterator(2000):
            values = {
                column: getattr(row, model._meta.get_field(column).attname) for column in columns
            }
            rows.filter(pk=row.pk).update(mark=mark_of(model._meta.db_table, values))
    templates = apps.get_model("records", "NoticeTemplate").objects.using(alias)
    for code, language, title, body in TEMPLATES:
        templates.get_or_create(
            maker=None, code=code, language=language, version=1, defaults={"title": title, "body": body}
        )


class Migration(migrations.Migration):
    dependencies = [("records", "0098_add_marks")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
