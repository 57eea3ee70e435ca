"""The platform's own words to owners (GB/T 45688-2025 Appendix D), in both languages; makers may have theirs."""

from django.db import migrations

ZH, EN = "zh-hans", "en"
TEMPLATES = [
    ("owner_fault_1", ZH, "车辆故障提示", "您的车辆于 {since_at} 出现 1 级故障：{rule}。\n请在 7 日内到服务网点检查维修。"),
    ("owner_fault_1", EN, "Vehicle fault", "Your vehicle reported a level 1 fault at {since_at}: {rule}.\nPlease have it checked and repaired within 7 days."),
    ("owner_fault_2", ZH, "车辆故障提醒", "您的车辆于 {since_at} 出现 2 级故障：{rule}。\n请在 1 日内到服务网点检查维修。"),
    ("owner_fault_2", EN, "Vehicle fault", "Your vehicle reported a level 2 fault at {since_at}: {rule}.\nPlease have it checked and repaired within 1 day."),
    ("owner_fault_3", ZH, "请立即停车", "您的车辆于 {since_at} 出现 3 级故障：{rule}。\n请立即在安全地点停车、断电，远离车辆，并联系售后维修。"),
    ("owner_fault_3", EN, "Stop the vehicle now", "Your vehicle reported a level 3 fault at {since_at}: {rule}.\nStop at a safe place now, switch it off, keep away from it and call for service."),
    ("owner_thermal", ZH, "请立即离开车辆", "您的车辆于 {since_at} 检测到热事件：{rule}。\n请立即停车，所有人员远离车辆，并拨打 119。"),
    ("owner_thermal", EN, "Leave the vehicle now", "A thermal event was detected in your vehicle at {since_at}: {rule}.\nStop now, get everybody away from the vehicle and call the fire service (119)."),
    ("owner_hazard_1", ZH, "车辆安全隐患提示", "您的车辆于 {since_at} 检测到安全隐患：{rule}。\n请在 7 日内到服务网点检查。"),
    ("owner_hazard_1", EN, "Safety hazard", "A safety hazard was found in your vehicle at {since_at}: {rule}.\nPlease have it serviced within 7 days."),
    ("owner_hazard_2", ZH, "车辆安全隐患提醒", "您的车辆 24 小时内检测到多项安全隐患，最近一次于 {since_at}：{rule}。\n请在 1 日内到服务网点检查。"),
    ("owner_hazard_2", EN, "Safety hazards", "Several safety hazards were found in your vehicle within 24 hours, the latest at {since_at}: {rule}.\nPlease have it serviced within 1 day."),
    ("alarm_incident", ZH, "告警转事故：{rule}", "车辆 {vehicle} 的 {level} 级告警“{rule}”已转为事故。\n请应急值守人员接手。"),
    ("alarm_incident", EN, "Alarm is an incident: {rule}", "The level {level} alarm “{rule}” of vehicle {vehicle} is handled as an incident now.\nIncident desk, please take over."),
]  # fmt: skip


def fill(apps, schema_editor):
    templates = apps.get_model("records", "NoticeTemplate").objects.using(schema_editor.connection.alias)
    for code, language, title, body in TEMPLATES:
        templates.get_or_create(
            maker=None, code=code, language=language, version=1, defaults={"title": title, "body": body}
        )


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0021_fill_desk_rules"), ("records", "0041_fill_notice_templates")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
