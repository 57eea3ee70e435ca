"""Packages of accident data, and their frozen versions."""

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
        ('exchange', '0062_add_uplink_requests'),
        ('fleet', '0015_fill_proposal_history'),
        ('monitoring', '0061_fill_model_share'),
        ('records', '0101_fill_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce([
            migrations.CreateModel(
                name='AccidentPackage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('moment', models.DateTimeField(verbose_name='事故时刻')),
                    ('source', models.CharField(choices=[('thermal', '热事件自动提出'), ('alarm', '由告警提出'), ('hand', '人工提出')], max_length=8, verbose_name='提出方式')),
                    ('reason', models.CharField(blank=True, max_length=300, verbose_name='理由')),
                    ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                    ('state', models.CharField(choices=[('waiting', '待固定'), ('complete', '已固定，数据完整'), ('partial', '已固定，有缺秒'), ('empty', '已固定，无数据')], default='waiting', max_length=8, verbose_name='状态')),
                    ('seconds', models.PositiveSmallIntegerField(default=0, verbose_name='有数据的秒数')),
                    ('looked_at', models.DateTimeField(null=True)),
                    ('report_asked_at', models.DateTimeField(null=True, verbose_name='报送决定时间')),
                    ('is_told', models.BooleanField(default=False)),
                    ('report_reason', models.CharField(blank=True, max_length=300, verbose_name='报送理由')),
                    ('alarm', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.alarm', verbose_name='告警')),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('report_asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='报送决定人')),
                    ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accidents', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '事故数据包',
                    'indexes': [models.Index(fields=['maker', 'moment', 'id'], name='accident_by_moment'), models.Index(fields=['maker', 'asked_at', 'id'], name='accident_by_asked'), models.Index(fields=['looked_at'], name='accident_looked_after'), models.Index(condition=models.Q(('is_told', False), ('report_asked_by__isnull', False)), fields=['id'], name='accident_to_tell')],
                    'constraints': [models.UniqueConstraint(fields=('vehicle', 'moment'), name='accident_once'), models.CheckConstraint(condition=models.Q(models.Q(('report_asked_at', None), ('report_asked_by', None)), models.Q(('report_asked_at__isnull', False), ('report_asked_by__isnull', False)), _connector='OR'), name='accident_reported_by_somebody')],
                },
            ),
            migrations.CreateModel(
                name='AccidentPackageEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('moment', models.DateTimeField(verbose_name='事故时刻')),
                    ('source', models.CharField(choices=[('thermal', '热事件自动提出'), ('alarm', '由告警提出'), ('hand', '人工提出')], max_length=8, verbose_name='提出方式')),
                    ('reason', models.CharField(blank=True, max_length=300, verbose_name='理由')),
                    ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                    ('state', models.CharField(choices=[('waiting', '待固定'), ('complete', '已固定，数据完整'), ('partial', '已固定，有缺秒'), ('empty', '已固定，无数据')], default='waiting', max_length=8, verbose_name='状态')),
                    ('seconds', models.PositiveSmallIntegerField(default=0, verbose_name='有数据的秒数')),
                    ('report_asked_at', models.DateTimeField(null=True, verbose_name='报送决定时间')),
                    ('report_reason', models.CharField(blank=True, max_length=300, verbose_name='报送理由')),
                    ('alarm', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.alarm', verbose_name='告警')),
                    ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                    ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.accidentpackage')),
                    ('report_asked_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='报送决定人')),
                    ('vehicle', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='AccidentVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField(verbose_name='版本')),
                    ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='固定时间')),
                    ('begins_at', models.DateTimeField(verbose_name='起')),
                    ('ends_at', models.DateTimeField(verbose_name='止')),
                    ('frames', models.PositiveIntegerField(verbose_name='帧数')),
                    ('reissued', models.PositiveIntegerField(verbose_name='其中补发')),
                    ('unreadable', models.PositiveIntegerField(verbose_name='原始报文缺失')),
                    ('missing', models.JSONField(default=list, verbose_name='缺秒')),
                    ('size_bytes', models.BigIntegerField(verbose_name='大小')),
                    ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                    ('manifest_sha256', models.CharField(max_length=64, verbose_name='清单 SHA-256')),
                    ('frames_sha256', models.CharField(max_length=64)),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='exchange.accidentpackage')),
                ],
                options={
                    'verbose_name': '事故数据包版本',
                    'constraints': [models.UniqueConstraint(fields=('package', 'number'), name='accident_version_once')],
                },
            ),
            AddTriggers(
                triggers=[('accidentpackage', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_accidentpackageevent" ("alarm_id", "asked_at", "asked_by_id", "id", "maker_id", "moment", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "report_asked_at", "report_asked_by_id", "report_reason", "seconds", "source", "state", "vehicle_id") VALUES (NEW."alarm_id", NEW."asked_at", NEW."asked_by_id", NEW."id", NEW."maker_id", NEW."moment", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."reason", NEW."report_asked_at", NEW."report_asked_by_id", NEW."report_reason", NEW."seconds", NEW."source", NEW."state", NEW."vehicle_id"); RETURN NULL;', hash='5716f1ffa483e63ba5c5c929eeb02d9816ad97d3', operation='INSERT', pgid='pgtrigger_insert_insert_6cf4e', table='exchange_accidentpackage', when='AFTER'))), ('accidentpackage', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."alarm_id" IS DISTINCT FROM (NEW."alarm_id") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."maker_id" IS DISTINCT FROM (NEW."maker_id") OR OLD."moment" IS DISTINCT FROM (NEW."moment") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."report_asked_at" IS DISTINCT FROM (NEW."report_asked_at") OR OLD."report_asked_by_id" IS DISTINCT FROM (NEW."report_asked_by_id") OR OLD."report_reason" IS DISTINCT FROM (NEW."report_reason") OR OLD."seconds" IS DISTINCT FROM (NEW."seconds") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."vehicle_id" IS DISTINCT FROM (NEW."vehicle_id"))', func='INSERT INTO "exchange_accidentpackageevent" ("alarm_id", "asked_at", "asked_by_id", "id", "maker_id", "moment", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "report_asked_at", "report_asked_by_id", "report_reason", "seconds", "source", "state", "vehicle_id") VALUES (NEW."alarm_id", NEW."asked_at", NEW."asked_by_id", NEW."id", NEW."maker_id", NEW."moment", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."reason", NEW."report_asked_at", NEW."report_asked_by_id", NEW."report_reason", NEW."seconds", NEW."source", NEW."state", NEW."vehicle_id"); RETURN NULL;', hash='e17bfd1c580598a1f5c971fa4bab7f3a5eda0bf4', operation='UPDATE', pgid='pgtrigger_update_update_ea058', table='exchange_accidentpackage', when='AFTER'))), ('accidentpackage', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_accidentpackageevent" ("alarm_id", "asked_at", "asked_by_id", "id", "maker_id", "moment", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "report_asked_at", "report_asked_by_id", "report_reason", "seconds", "source", "state", "vehicle_id") VALUES (OLD."alarm_id", OLD."asked_at", OLD."asked_by_id", OLD."id", OLD."maker_id", OLD."moment", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."reason", OLD."report_asked_at", OLD."report_asked_by_id", OLD."report_reason", OLD."seconds", OLD."source", OLD."state", OLD."vehicle_id"); RETURN NULL;', hash='28f7a3aa25eae8aaec7947fb4aea9dfd918e7675', operation='DELETE', pgid='pgtrigger_delete_delete_93bb6', table='exchange_accidentpackage', when='AFTER'))), ('accidentpackageevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b7c699addd50ea48f3a9a2e2ee0fdcf1f915543c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b2316', table='exchange_accidentpackageevent', when='BEFORE')))],
            ),
            walled("exchange_accidentpackage"),
            walled("exchange_accidentversion", append_only=True),
            walled("exchange_accidentpackageevent", append_only=True),
            guarded("exchange_accidentversion"),
            guarded("exchange_accidentpackageevent"),
        ]),
    ]
