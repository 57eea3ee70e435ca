"""Commands to vehicles, and how far the gateways' news of them were taken."""

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
        ('exchange', '0051_fill_feedback_words'),
        ('fleet', '0015_fill_proposal_history'),
        ('monitoring', '0061_fill_model_share'),
        ('records', '0101_fill_history'),
    ]

    operations = [
        AtOnce([migrations.CreateModel(
                name='DownlinkStream',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('stream', models.CharField(max_length=80, unique=True)),
                    ('position', models.CharField(max_length=120)),
                ],
            ), migrations.CreateModel(
                name='DownlinkCommand',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('query', '参数查询'), ('set', '参数设置'), ('control', '终端控制')], max_length=8, verbose_name='指令类型')),
                    ('control', models.PositiveSmallIntegerField(choices=[(1, '远程升级'), (2, '车载终端关机'), (3, '车载终端复位'), (4, '恢复出厂设置'), (5, '断开数据通信链路'), (6, '车载终端报警'), (7, '开启抽样监测链路')], null=True, verbose_name='终端控制')),
                    ('edition', models.PositiveSmallIntegerField(choices=[(2016, 'GB/T 32960.3-2016'), (2025, 'GB/T 32960.3-2025')], verbose_name='协议版本')),
                    ('body', models.JSONField(default=dict, verbose_name='内容')),
                    ('sealed', models.BinaryField(null=True)),
                    ('reason', models.CharField(max_length=500, verbose_name='理由')),
                    ('state', models.CharField(choices=[('asked', '待第二人审批'), ('queued', '待下发'), ('sent', '已下发，待应答'), ('done', '执行成功'), ('failed', '车辆答复错误'), ('timed_out', '无应答'), ('expired', '过期未下发'), ('unfit', '协议版本不符'), ('refused', '未批准'), ('withdrawn', '已撤回')], default='asked', max_length=10, verbose_name='状态')),
                    ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='申请时间')),
                    ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                    ('valid_until', models.DateTimeField(null=True, verbose_name='下发截止')),
                    ('attempt', models.PositiveSmallIntegerField(default=1)),
                    ('sent_attempt', models.PositiveSmallIntegerField(default=0, verbose_name='下发次数')),
                    ('stamp', models.CharField(blank=True, max_length=12)),
                    ('sent_at', models.DateTimeField(null=True, verbose_name='首次下发')),
                    ('last_sent_at', models.DateTimeField(null=True, verbose_name='最近下发')),
                    ('gateway', models.CharField(blank=True, max_length=40, verbose_name='网关')),
                    ('flag', models.PositiveSmallIntegerField(null=True, verbose_name='应答标志')),
                    ('answer', models.TextField(blank=True, verbose_name='应答报文')),
                    ('answered_at', models.DateTimeField(null=True, verbose_name='应答时间')),
                    ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                    ('alarm', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.alarm', verbose_name='关联告警')),
                    ('approval', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.approval', verbose_name='审批')),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                    ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.watchcase', verbose_name='关注事项')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '下行指令',
                    'indexes': [models.Index(fields=['maker', 'asked_at', 'id'], name='downlink_by_asked'), models.Index(fields=['maker', 'sent_at', 'id'], name='downlink_by_sent'), models.Index(fields=['vehicle', '-id'], name='downlink_of_vehicle'), models.Index(condition=models.Q(('state__in', ['queued', 'sent'])), fields=['vehicle', 'approved_at', 'id'], name='downlink_going')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'sent')), fields=('vehicle',), name='downlink_one_in_flight'), models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'refused', 'withdrawn']), models.Q(('approved_by__isnull', False), ('valid_until__isnull', False), models.Q(('approved_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='downlink_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('control__in', [1, 2, 4]), _negated=True), ('alarm__isnull', False), ('case__isnull', False), _connector='OR'), name='downlink_dangerous_has_grounds')],
                },
            ), migrations.CreateModel(
                name='DownlinkCommandEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('query', '参数查询'), ('set', '参数设置'), ('control', '终端控制')], max_length=8, verbose_name='指令类型')),
                    ('control', models.PositiveSmallIntegerField(choices=[(1, '远程升级'), (2, '车载终端关机'), (3, '车载终端复位'), (4, '恢复出厂设置'), (5, '断开数据通信链路'), (6, '车载终端报警'), (7, '开启抽样监测链路')], null=True, verbose_name='终端控制')),
                    ('edition', models.PositiveSmallIntegerField(choices=[(2016, 'GB/T 32960.3-2016'), (2025, 'GB/T 32960.3-2025')], verbose_name='协议版本')),
                    ('body', models.JSONField(default=dict, verbose_name='内容')),
                    ('reason', models.CharField(max_length=500, verbose_name='理由')),
                    ('state', models.CharField(choices=[('asked', '待第二人审批'), ('queued', '待下发'), ('sent', '已下发，待应答'), ('done', '执行成功'), ('failed', '车辆答复错误'), ('timed_out', '无应答'), ('expired', '过期未下发'), ('unfit', '协议版本不符'), ('refused', '未批准'), ('withdrawn', '已撤回')], default='asked', max_length=10, verbose_name='状态')),
                    ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='申请时间')),
                    ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                    ('valid_until', models.DateTimeField(null=True, verbose_name='下发截止')),
                    ('attempt', models.PositiveSmallIntegerField(default=1)),
                    ('sent_attempt', models.PositiveSmallIntegerField(default=0, verbose_name='下发次数')),
                    ('stamp', models.CharField(blank=True, max_length=12)),
                    ('sent_at', models.DateTimeField(null=True, verbose_name='首次下发')),
                    ('last_sent_at', models.DateTimeField(null=True, verbose_name='最近下发')),
                    ('gateway', models.CharField(blank=True, max_length=40, verbose_name='网关')),
                    ('flag', models.PositiveSmallIntegerField(null=True, verbose_name='应答标志')),
                    ('answer', models.TextField(blank=True, verbose_name='应答报文')),
                    ('answered_at', models.DateTimeField(null=True, verbose_name='应答时间')),
                    ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                    ('alarm', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.alarm', verbose_name='关联告警')),
                    ('approval', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.approval', verbose_name='审批')),
                    ('approved_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                    ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                    ('case', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.watchcase', verbose_name='关注事项')),
                    ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.downlinkcommand')),
                    ('vehicle', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'abstract': False,
                },
            ), AddTriggers(
                triggers=[('downlinkcommand', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_downlinkcommandevent" ("alarm_id", "answer", "answered_at", "approval_id", "approved_at", "approved_by_id", "asked_at", "asked_by_id", "attempt", "body", "case_id", "control", "edition", "ended_at", "flag", "gateway", "id", "kind", "last_sent_at", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "sent_at", "sent_attempt", "stamp", "state", "valid_until", "vehicle_id") VALUES (NEW."alarm_id", NEW."answer", NEW."answered_at", NEW."approval_id", NEW."approved_at", NEW."approved_by_id", NEW."asked_at", NEW."asked_by_id", NEW."attempt", NEW."body", NEW."case_id", NEW."control", NEW."edition", NEW."ended_at", NEW."flag", NEW."gateway", NEW."id", NEW."kind", NEW."last_sent_at", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."reason", NEW."sent_at", NEW."sent_attempt", NEW."stamp", NEW."state", NEW."valid_until", NEW."vehicle_id"); RETURN NULL;', hash='cbc40773775f80b2caae8182994ee8bbaeeeed3c', operation='INSERT', pgid='pgtrigger_insert_insert_9339b', table='exchange_downlinkcommand', when='AFTER'))), ('downlinkcommand', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."alarm_id" IS DISTINCT FROM (NEW."alarm_id") OR OLD."answer" IS DISTINCT FROM (NEW."answer") OR OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."approval_id" IS DISTINCT FROM (NEW."approval_id") OR OLD."approved_at" IS DISTINCT FROM (NEW."approved_at") OR OLD."approved_by_id" IS DISTINCT FROM (NEW."approved_by_id") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."attempt" IS DISTINCT FROM (NEW."attempt") OR OLD."body" IS DISTINCT FROM (NEW."body") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."control" IS DISTINCT FROM (NEW."control") OR OLD."edition" IS DISTINCT FROM (NEW."edition") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."flag" IS DISTINCT FROM (NEW."flag") OR OLD."gateway" IS DISTINCT FROM (NEW."gateway") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."last_sent_at" IS DISTINCT FROM (NEW."last_sent_at") OR OLD."maker_id" IS DISTINCT FROM (NEW."maker_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."sent_attempt" IS DISTINCT FROM (NEW."sent_attempt") OR OLD."stamp" IS DISTINCT FROM (NEW."stamp") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."valid_until" IS DISTINCT FROM (NEW."valid_until") OR OLD."vehicle_id" IS DISTINCT FROM (NEW."vehicle_id"))', func='INSERT INTO "exchange_downlinkcommandevent" ("alarm_id", "answer", "answered_at", "approval_id", "approved_at", "approved_by_id", "asked_at", "asked_by_id", "attempt", "body", "case_id", "control", "edition", "ended_at", "flag", "gateway", "id", "kind", "last_sent_at", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "sent_at", "sent_attempt", "stamp", "state", "valid_until", "vehicle_id") VALUES (NEW."alarm_id", NEW."answer", NEW."answered_at", NEW."approval_id", NEW."approved_at", NEW."approved_by_id", NEW."asked_at", NEW."asked_by_id", NEW."attempt", NEW."body", NEW."case_id", NEW."control", NEW."edition", NEW."ended_at", NEW."flag", NEW."gateway", NEW."id", NEW."kind", NEW."last_sent_at", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."reason", NEW."sent_at", NEW."sent_attempt", NEW."stamp", NEW."state", NEW."valid_until", NEW."vehicle_id"); RETURN NULL;', hash='fbcc067dd5eb5b10e66bf93400d5a6107e9b35ab', operation='UPDATE', pgid='pgtrigger_update_update_c2e5d', table='exchange_downlinkcommand', when='AFTER'))), ('downlinkcommand', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_downlinkcommandevent" ("alarm_id", "answer", "answered_at", "approval_id", "approved_at", "approved_by_id", "asked_at", "asked_by_id", "attempt", "body", "case_id", "control", "edition", "ended_at", "flag", "gateway", "id", "kind", "last_sent_at", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "sent_at", "sent_attempt", "stamp", "state", "valid_until", "vehicle_id") VALUES (OLD."alarm_id", OLD."answer", OLD."answered_at", OLD."approval_id", OLD."approved_at", OLD."approved_by_id", OLD."asked_at", OLD."asked_by_id", OLD."attempt", OLD."body", OLD."case_id", OLD."control", OLD."edition", OLD."ended_at", OLD."flag", OLD."gateway", OLD."id", OLD."kind", OLD."last_sent_at", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."reason", OLD."sent_at", OLD."sent_attempt", OLD."stamp", OLD."state", OLD."valid_until", OLD."vehicle_id"); RETURN NULL;', hash='5d00108ec8bcb6fc936113f8f8cf98cb5725d0c2', operation='DELETE', pgid='pgtrigger_delete_delete_c8fcd', table='exchange_downlinkcommand', when='AFTER'))), ('downlinkcommandevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='21159ee1a137886dee5fa6119644c99d4cd144d4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_dbb72', table='exchange_downlinkcommandevent', when='BEFORE')))],
            ),
            walled("exchange_downlinkcommand"),
            walled("exchange_downlinkcommandevent", append_only=True),
            guarded("exchange_downlinkcommandevent"),
        ]),
    ]
