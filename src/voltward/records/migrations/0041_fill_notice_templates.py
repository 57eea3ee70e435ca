"""The platform's own words for each kind of notice, in both languages; makers may have their own."""

from django.db import migrations

ZH, EN = "zh-hans", "en"
TEMPLATES = [
    ("clock_warning", ZH, "时限将到：{clock}", "“{clock}”将于 {due_at} 到期。\n对象：{subject}。\n请及时处理并确认收到。"),
    ("clock_warning", EN, "Due soon: {clock}", "“{clock}” is due at {due_at}.\nSubject: {subject}.\nPlease act and acknowledge."),
    ("clock_late", ZH, "时限已超：{clock}", "“{clock}”已于 {due_at} 超时。\n对象：{subject}。\n请立即处理并确认收到。"),
    ("clock_late", EN, "Overdue: {clock}", "“{clock}” was due at {due_at}.\nSubject: {subject}.\nAct at once and acknowledge."),
    ("approval_waiting", ZH, "待审批：{matter}", "{asked_by}申请：{title}。\n请作为第二人审批。"),
    ("approval_waiting", EN, "Approval needed: {matter}", "{asked_by} asks for: {title}.\nPlease decide as the second person."),
    ("alarm", ZH, "{level} 级告警：{rule}", "车辆 {vehicle} 自 {since_at} 起触发“{rule}”（{level} 级）。\n请认领并处置。"),
    ("alarm", EN, "Level {level} alarm: {rule}", "Vehicle {vehicle} has raised “{rule}” (level {level}) since {since_at}.\nPlease claim and handle it."),
    ("password_changed", ZH, "密码已修改", "账号 {login} 的密码已于 {at} 修改。\n如非本人操作，请立即联系安全管理员。"),
    ("password_changed", EN, "Password changed", "The password of account {login} was changed at {at}.\nIf it was not you, tell the security administrator at once."),
    ("new_login_place", ZH, "账号在新地点登录", "账号 {login} 于 {at} 从新地址 {address} 登录。\n如非本人操作，请立即修改密码并联系安全管理员。"),
    ("new_login_place", EN, "Login from a new place", "Account {login} logged in at {at} from the new address {address}.\nIf it was not you, change the password and tell the security administrator at once."),
    ("import_finished", ZH, "导入完成：{file}", "文件 {file} 已导入 {rows} 行，{failed} 行未通过。"),
    ("import_finished", EN, "Import finished: {file}", "File {file}: {rows} rows imported, {failed} rows refused."),
    ("export_ready", ZH, "导出就绪：{list}", "“{list}”的导出（{rows} 行）已就绪，{until_at} 前可下载。"),
    ("export_ready", EN, "Export ready: {list}", "The export of “{list}” ({rows} rows) is ready until {until_at}."),
    ("list_news", ZH, "订阅更新：{filter}", "“{list}”中符合“{filter}”的记录新增 {count} 条。"),
    ("list_news", EN, "News of your list: {filter}", "{count} new records of “{list}” match “{filter}”."),
    ("channel_test", ZH, "渠道测试：{channel}", "这是渠道“{channel}”于 {at} 发出的测试消息，无需处理。"),
    ("channel_test", EN, "Channel test: {channel}", "This is a test message of channel “{channel}”, sent at {at}. Nothing needs to be done."),
]  # fmt: skip


def fill(apps, schema_editor):
    templates = apps.get_model("records", "NoticeTemplate").objects.using(schema_editor.connection.alias)
    for code, language, title, body in TEMPLATES:
        templates.get_or_create(
            maker=None, code=code, language=language, version=1, defaults={"title": title, "body": body}
        )


class Migration(migrations.Migration):
    dependencies = [("records", "0040_add_notices")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
