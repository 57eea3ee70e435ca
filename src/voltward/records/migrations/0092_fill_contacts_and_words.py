"""Moves the addresses that notices kept for themselves into people's contacts, and adds new words."""

import structlog
from django.db import migrations

ZH, EN = "zh-hans", "en"
NAMES = ("email", "phone")
_log = structlog.get_logger("voltward.notices")
TEMPLATES = [
    ("approval_decided", 1, ZH, "审批结果：{matter} {decision}", "您申请的“{title}”{decision}。\n审批人：{decided_by}。"),
    ("approval_decided", 1, EN, "Decision on {matter}: {decision}", "What you asked for, “{title}”: {decision}.\nDecided by: {decided_by}."),
    ("import_failed", 1, ZH, "导入失败：{file}", "文件 {file} 的“{step}”未能完成，本步骤未写入任何数据。\n原因：{reason}"),
    ("import_failed", 1, EN, "Import failed: {file}", "File {file}: the step “{step}” could not be done, and nothing was written by it.\nReason: {reason}"),
    ("import_undone", 1, ZH, "导入已撤销：{file}", "文件 {file} 的导入已撤销：恢复 {rows} 行，保留 {kept} 行。"),
    ("import_undone", 1, EN, "Import undone: {file}", "The import of file {file} was undone: {rows} rows put back, {kept} kept."),
    ("export_failed", 1, ZH, "导出未完成：{list}", "“{list}”的导出未能生成。\n原因：{reason}。"),
    ("export_failed", 1, EN, "Export not made: {list}", "The export of “{list}” could not be made.\nReason: {reason}."),
    ("export_expired", 1, ZH, "导出已过期：{list}", "“{list}”的导出文件已于 {until_at} 到期并删除。如仍需要，请重新申请。"),
    ("export_expired", 1, EN, "Export expired: {list}", "The file of the export of “{list}” was kept until {until_at} and is deleted. Ask again if it is still needed."),
    ("factor_added", 1, ZH, "第二因素已添加", "账号 {login} 于 {at} 添加了第二因素：{factor}。\n如非本人操作，请立即联系安全管理员。"),
    ("factor_added", 1, EN, "Second factor added", "A second factor was added to account {login} at {at}: {factor}.\nIf it was not you, tell the security administrator at once."),
    ("factor_removed", 1, ZH, "第二因素已移除", "账号 {login} 的第二因素已于 {at} 移除：{factor}。\n如非本人操作，请立即联系安全管理员。"),
    ("factor_removed", 1, EN, "Second factor removed", "A second factor of account {login} was removed at {at}: {factor}.\nIf it was not you, tell the security administrator at once."),
    ("new_login_place", 2, ZH, "账号从{what}登录", "账号 {login} 于 {at} 从{what}登录。\n来源地址：{address}\n设备：{device}\n如非本人操作，请立即结束该会话、修改密码并联系安全管理员。"),
    ("new_login_place", 2, EN, "Sign-in from {what}", "Account {login} signed in at {at} from {what}.\nAddress: {address}\nDevice: {device}\nIf it was not you, end that session, change the password and tell the security administrator at once."),
]  # fmt: skip


def words(apps, schema_editor):
    rows = apps.get_model("records", "NoticeTemplate").objects.using(schema_editor.connection.alias)
    for code, version, language, title, body in TEMPLATES:
        rows.get_or_create(
            maker=None, code=code, language=language, version=version,
            defaults={"title": title, "body": body},
        )  # fmt: skip


def contacts(apps, schema_editor):
    """What notices were sent to so far is what they are sent to from now on, so it wins."""
    alias = schema_editor.connection.alias
    settings = apps.get_model("records", "NoticeSetting").objects.using(alias)
    held = settings.exclude(email_sealed=None, phone_sealed=None).select_related("person")
    for setting in held.order_by("pk").iterator(chunk_size=500):
        moved(apps, alias, setting)
        settings.filter(pk=setting.pk).update(email_sealed=None, phone_sealed=None)


def moved(apps, alias, setting):
    from voltward.records.models import PersonContact
    from voltward.records.protection.fields import sealed_under

    texts = {name: text for name in NAMES if (text := opened(setting, name))}
    key = key_of(apps, alias, setting.person) if texts else None
    if key is None:
        return  # nothing there, or the person was erased since, and this with them
    rows = apps.get_model("records", "PersonContact").objects.using(alias)
    contact, _made = rows.get_or_create(person_id=setting.person_id)
    # the model as it is now knows how a value is sealed and found; it is never saved
    sealing = PersonContact(sealed_id=contact.sealed_id)
    for name, text in texts.items():
        sealed_under(sealing, PersonContact._meta.get_field(name), text, key)
        setattr(contact, name, sealing.__dict__[name])
        setattr(contact, f"{name}_index", getattr(sealing, f"{name}_index"))
    contact.save()


def opened(setting, name):
    """The address, or nothing where it does not open: no notice could be sent to it either."""
    from voltward.base.errors import BadSetting
    from voltward.records.notice_ports import ports

    sealed = getattr(setting, f"{name}_sealed")
    if sealed is None:
        return ""
    try:
        return ports().secrets.unseal(f"{name}:{setting.person_id}", bytes(sealed))
    except BadSetting:
        _log.error("an address of notices does not open", person=setting.person_id, name=name)
        return ""


def key_of(apps, alias, person):
    """The key that seals what is of this person; None: the person was erased."""
    from voltward.records.protection import keys

    subject = f"Person:{person.pk}"
    rows = apps.get_model("records", "DataKey").objects.using(alias)
    rows = rows.filter(maker_id=person.maker_id, subject=subject)
    if rows.filter(erased_at__isnull=False).exists():
        return None
    row = rows.filter(retired_at=None).first()
    if row is not None:
        return keys.of(row.pk)
    fresh, key = keys.fresh(person.maker_id, subject)
    fresh.save(using=alias)
    return key


class Migration(migrations.Migration):
    dependencies = [("records", "0091_add_append_guards")]
    operations = [
        migrations.RunPython(words, migrations.RunPython.noop),
        migrations.RunPython(contacts, migrations.RunPython.noop),
    ]
