"""The national working calendar of the years that the chinesecalendar library knows."""

from django.db import migrations

from voltward.records.national_calendar import known_days, known_years, source


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    days = apps.get_model("records", "WorkDay").objects.using(alias)
    years = apps.get_model("records", "CalendarYear").objects.using(alias)
    for year in sorted(known_years()):
        for day in known_days(year):
            kind = "workday" if day.works else "holiday"
            days.get_or_create(
                maker=None, on=day.on, defaults={"kind": kind, "name": day.name, "source": source()}
            )
        years.get_or_create(maker=None, year=year, defaults={"source": source()})


class Migration(migrations.Migration):
    dependencies = [("records", "0031_fill_deadlines")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
