"""Frames past the reissue window that somebody had sent all the same."""

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
        ('exchange', '0061_fill_downlink_rules'),
        ('fleet', '0015_fill_proposal_history'),
        ('records', '0101_fill_history'),
    ]

    operations = [
        AtOnce([migrations.CreateModel(
                name='UplinkRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('first_day', models.DateField(verbose_name='采集日期自')),
                    ('last_day', models.DateField(verbose_name='采集日期至')),
                    ('frames', models.PositiveIntegerField(verbose_name='帧数')),
                    ('places', models.BinaryField()),
                    ('reason', models.CharField(max_length=300, verbose_name='理由')),
                    ('state', models.CharField(choices=[('waiting', '发送中'), ('done', '已完成')], default='waiting', max_length=8, verbose_name='状态')),
                    ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='申请时间')),
                    ('done_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('platform', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='exchange.publicplatform')),
                    ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '过期报文发送',
                    'indexes': [models.Index(fields=['platform', '-id'], name='uplink_request_of'), models.Index(condition=models.Q(('state', 'waiting')), fields=['id'], name='uplink_request_waiting')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='uplink_request_days')],
                },
            ), migrations.CreateModel(
                name='UplinkRequestEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('first_day', models.DateField(verbose_name='采集日期自')),
                    ('last_day', models.DateField(verbose_name='采集日期至')),
                    ('frames', models.PositiveIntegerField(verbose_name='帧数')),
                    ('reason', models.CharField(max_length=300, verbose_name='理由')),
                    ('state', models.CharField(choices=[('waiting', '发送中'), ('done', '已完成')], default='waiting', max_length=8, verbose_name='状态')),
                    ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='申请时间')),
                    ('done_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                    ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                    ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.uplinkrequest')),
                    ('platform', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.publicplatform')),
                    ('vehicle', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'abstract': False,
                },
            ), AddTriggers(
                triggers=[('uplinkrequest', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_uplinkrequestevent" ("asked_at", "asked_by_id", "done_at", "first_day", "frames", "id", "last_day", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "reason", "state", "vehicle_id") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."done_at", NEW."first_day", NEW."frames", NEW."id", NEW."last_day", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."platform_id", NEW."reason", NEW."state", NEW."vehicle_id"); RETURN NULL;', hash='de30073748e7071f870ed5a3c9761c193d7dfb5f', operation='INSERT', pgid='pgtrigger_insert_insert_1454d', table='exchange_uplinkrequest', when='AFTER'))), ('uplinkrequest', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."done_at" IS DISTINCT FROM (NEW."done_at") OR OLD."first_day" IS DISTINCT FROM (NEW."first_day") OR OLD."frames" IS DISTINCT FROM (NEW."frames") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."last_day" IS DISTINCT FROM (NEW."last_day") OR OLD."maker_id" IS DISTINCT FROM (NEW."maker_id") OR OLD."platform_id" IS DISTINCT FROM (NEW."platform_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."vehicle_id" IS DISTINCT FROM (NEW."vehicle_id"))', func='INSERT INTO "exchange_uplinkrequestevent" ("asked_at", "asked_by_id", "done_at", "first_day", "frames", "id", "last_day", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "reason", "state", "vehicle_id") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."done_at", NEW."first_day", NEW."frames", NEW."id", NEW."last_day", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."platform_id", NEW."reason", NEW."state", NEW."vehicle_id"); RETURN NULL;', hash='16198f493b00324ce9bb6f032e5f835327091e5d', operation='UPDATE', pgid='pgtrigger_update_update_e04fd', table='exchange_uplinkrequest', when='AFTER'))), ('uplinkrequest', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_uplinkrequestevent" ("asked_at", "asked_by_id", "done_at", "first_day", "frames", "id", "last_day", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "reason", "state", "vehicle_id") VALUES (OLD."asked_at", OLD."asked_by_id", OLD."done_at", OLD."first_day", OLD."frames", OLD."id", OLD."last_day", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."platform_id", OLD."reason", OLD."state", OLD."vehicle_id"); RETURN NULL;', hash='13bdefd89215a8b582fbaa499058ffdf34e7d8c6', operation='DELETE', pgid='pgtrigger_delete_delete_7ae72', table='exchange_uplinkrequest', when='AFTER'))), ('uplinkrequestevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f68c4bab08ced23c9ec056558214b74db880e785', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_47f5d', table='exchange_uplinkrequestevent', when='BEFORE')))],
            ),
            walled("exchange_uplinkrequest"),
            walled("exchange_uplinkrequestevent", append_only=True),
            guarded("exchange_uplinkrequestevent"),
        ]),
    ]
