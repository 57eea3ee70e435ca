"""Thermal events that a person must report to a platform of the 2016 edition."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from voltward.records.append_only import guarded
from voltward.records.tracking import AddTriggers, AtOnce
from voltward.records.wall import walled


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0080_add_platform_covers'),
        ('fleet', '0035_add_places'),
        ('monitoring', '0082_fill_site_reach'),
        ('records', '0101_fill_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce([
            migrations.CreateModel(
                name='ManualReport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.BigIntegerField(verbose_name='车辆编号')),
                    ('begins_at', models.DateTimeField(verbose_name='事件开始')),
                    ('ends_at', models.DateTimeField(verbose_name='事件最近')),
                    ('told_at', models.DateTimeField(null=True, verbose_name='以 3 级发送时间')),
                    ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                    ('state', models.CharField(choices=[('open', '待人工报告'), ('recorded', '待复核'), ('closed', '已关闭')], default='open', max_length=8, verbose_name='状态')),
                    ('way', models.CharField(blank=True, choices=[('phone', '电话'), ('letter', '书面函件'), ('portal', '平台网页填报'), ('not_due', '无需报告')], max_length=8, verbose_name='报告方式')),
                    ('addressee', models.CharField(blank=True, max_length=200, verbose_name='报告对象')),
                    ('reported_at', models.DateTimeField(null=True, verbose_name='报告时间')),
                    ('receipt', models.CharField(blank=True, max_length=300, verbose_name='回执')),
                    ('text', models.CharField(blank=True, max_length=1000, verbose_name='报告内容或理由')),
                    ('recorded_at', models.DateTimeField(null=True, verbose_name='登记时间')),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                    ('alarm', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.alarm', verbose_name='告警')),
                    ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('platform', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.publicplatform', verbose_name='公共平台')),
                    ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.reportdue', verbose_name='监管报文')),
                    ('vehicle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '人工报告',
                    'indexes': [models.Index(fields=['platform', 'number', 'begins_at'], name='manual_report_of_event'), models.Index(fields=['maker', 'opened_at', 'id'], name='manual_report_by_opened'), models.Index(fields=['maker', 'begins_at', 'id'], name='manual_report_by_begin')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(models.Q(('way', ''), _negated=True), ('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='manual_report_recorded_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), models.Q(('closed_by', models.F('recorded_by')), _negated=True)), _connector='OR'), name='manual_report_closed_by_a_second')],
                },
            ),
            migrations.CreateModel(
                name='ManualReportEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('number', models.BigIntegerField(verbose_name='车辆编号')),
                    ('begins_at', models.DateTimeField(verbose_name='事件开始')),
                    ('told_at', models.DateTimeField(null=True, verbose_name='以 3 级发送时间')),
                    ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                    ('state', models.CharField(choices=[('open', '待人工报告'), ('recorded', '待复核'), ('closed', '已关闭')], default='open', max_length=8, verbose_name='状态')),
                    ('way', models.CharField(blank=True, choices=[('phone', '电话'), ('letter', '书面函件'), ('portal', '平台网页填报'), ('not_due', '无需报告')], max_length=8, verbose_name='报告方式')),
                    ('addressee', models.CharField(blank=True, max_length=200, verbose_name='报告对象')),
                    ('reported_at', models.DateTimeField(null=True, verbose_name='报告时间')),
                    ('receipt', models.CharField(blank=True, max_length=300, verbose_name='回执')),
                    ('text', models.CharField(blank=True, max_length=1000, verbose_name='报告内容或理由')),
                    ('recorded_at', models.DateTimeField(null=True, verbose_name='登记时间')),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                    ('alarm', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.alarm', verbose_name='告警')),
                    ('closed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                    ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.manualreport')),
                    ('platform', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.publicplatform', verbose_name='公共平台')),
                    ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('report', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.reportdue', verbose_name='监管报文')),
                    ('vehicle', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'abstract': False,
                },
            ),
            AddTriggers(
                triggers=[('manualreport', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_manualreportevent" ("addressee", "alarm_id", "begins_at", "closed_at", "closed_by_id", "id", "maker_id", "number", "opened_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "receipt", "recorded_at", "recorded_by_id", "report_id", "reported_at", "state", "text", "told_at", "vehicle_id", "way") VALUES (NEW."addressee", NEW."alarm_id", NEW."begins_at", NEW."closed_at", NEW."closed_by_id", NEW."id", NEW."maker_id", NEW."number", NEW."opened_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."platform_id", NEW."receipt", NEW."recorded_at", NEW."recorded_by_id", NEW."report_id", NEW."reported_at", NEW."state", NEW."text", NEW."told_at", NEW."vehicle_id", NEW."way"); RETURN NULL;', hash='42791ced679c5dde6a6b30b10053dce5f54ec311', operation='INSERT', pgid='pgtrigger_insert_insert_5f6d7', table='exchange_manualreport', when='AFTER'))), ('manualreport', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."addressee" IS DISTINCT FROM (NEW."addressee") OR OLD."alarm_id" IS DISTINCT FROM (NEW."alarm_id") OR OLD."begins_at" IS DISTINCT FROM (NEW."begins_at") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."closed_by_id" IS DISTINCT FROM (NEW."closed_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."maker_id" IS DISTINCT FROM (NEW."maker_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."platform_id" IS DISTINCT FROM (NEW."platform_id") OR OLD."receipt" IS DISTINCT FROM (NEW."receipt") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."report_id" IS DISTINCT FROM (NEW."report_id") OR OLD."reported_at" IS DISTINCT FROM (NEW."reported_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."told_at" IS DISTINCT FROM (NEW."told_at") OR OLD."vehicle_id" IS DISTINCT FROM (NEW."vehicle_id") OR OLD."way" IS DISTINCT FROM (NEW."way"))', func='INSERT INTO "exchange_manualreportevent" ("addressee", "alarm_id", "begins_at", "closed_at", "closed_by_id", "id", "maker_id", "number", "opened_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "receipt", "recorded_at", "recorded_by_id", "report_id", "reported_at", "state", "text", "told_at", "vehicle_id", "way") VALUES (NEW."addressee", NEW."alarm_id", NEW."begins_at", NEW."closed_at", NEW."closed_by_id", NEW."id", NEW."maker_id", NEW."number", NEW."opened_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."platform_id", NEW."receipt", NEW."recorded_at", NEW."recorded_by_id", NEW."report_id", NEW."reported_at", NEW."state", NEW."text", NEW."told_at", NEW."vehicle_id", NEW."way"); RETURN NULL;', hash='f7ba89399dcc84dc9c23cce01b0d2dca9931ee1a', operation='UPDATE', pgid='pgtrigger_update_update_3a422', table='exchange_manualreport', when='AFTER'))), ('manualreport', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_manualreportevent" ("addressee", "alarm_id", "begins_at", "closed_at", "closed_by_id", "id", "maker_id", "number", "opened_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "receipt", "recorded_at", "recorded_by_id", "report_id", "reported_at", "state", "text", "told_at", "vehicle_id", "way") VALUES (OLD."addressee", OLD."alarm_id", OLD."begins_at", OLD."closed_at", OLD."closed_by_id", OLD."id", OLD."maker_id", OLD."number", OLD."opened_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."platform_id", OLD."receipt", OLD."recorded_at", OLD."recorded_by_id", OLD."report_id", OLD."reported_at", OLD."state", OLD."text", OLD."told_at", OLD."vehicle_id", OLD."way"); RETURN NULL;', hash='c5ab1f8f2c158bc3197ffcfbae5612914d66b174', operation='DELETE', pgid='pgtrigger_delete_delete_a3b06', table='exchange_manualreport', when='AFTER'))), ('manualreportevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4f35c9632714e5da84b77ef9c5994631bd849287', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6ba6e', table='exchange_manualreportevent', when='BEFORE')))],
            ),
            walled("exchange_manualreport"),
            walled("exchange_manualreportevent", append_only=True),
            guarded("exchange_manualreportevent"),
        ]),
    ]
