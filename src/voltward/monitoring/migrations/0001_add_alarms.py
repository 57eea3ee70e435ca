"""The alarms of the desk, their episodes and their log."""

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

    initial = True

    dependencies = [
        ('fleet', '0015_fill_proposal_history'),
        ('records', '0101_fill_history'),
        ('records', '__first__'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=48, verbose_name='规则')),
                ('source', models.CharField(choices=[('own', '平台研判'), ('reported', '车辆上报'), ('public', '公共平台反馈'), ('office', '人工登记')], default='own', max_length=10, verbose_name='来源')),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '数据质量'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件')], verbose_name='研判等级')),
                ('reported_level', models.PositiveSmallIntegerField(choices=[(0, '无报警'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件'), (255, '未上报')], default=255, verbose_name='上报等级')),
                ('state', models.CharField(choices=[('new', '待认领'), ('claimed', '处理中'), ('snoozed', '已搁置'), ('workshop', '在修'), ('incident', '已转事故'), ('closing', '待复核'), ('merged', '已合并'), ('closed', '已关闭')], default='new', max_length=10, verbose_name='状态')),
                ('opened_at', models.DateTimeField(verbose_name='发生时间')),
                ('received_at', models.DateTimeField(verbose_name='接收时间')),
                ('shown_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='到席时间')),
                ('last_at', models.DateTimeField(verbose_name='最近一次')),
                ('cleared_at', models.DateTimeField(blank=True, null=True, verbose_name='解除时间')),
                ('episodes_number', models.PositiveIntegerField(default=1, verbose_name='次数')),
                ('is_late', models.BooleanField(default=False, verbose_name='迟到数据')),
                ('is_reissue', models.BooleanField(default=False, verbose_name='补发数据')),
                ('first', models.JSONField(blank=True, default=dict, verbose_name='首次数值')),
                ('last', models.JSONField(blank=True, default=dict, verbose_name='最近数值')),
                ('worst', models.JSONField(blank=True, default=dict, verbose_name='最差数值')),
                ('state_then', models.JSONField(blank=True, default=dict, verbose_name='当时工况')),
                ('limit', models.JSONField(blank=True, default=dict, verbose_name='限值')),
                ('cell', models.CharField(blank=True, max_length=15, verbose_name='位置网格')),
                ('claimed_at', models.DateTimeField(null=True, verbose_name='认领时间')),
                ('called_at', models.DateTimeField(null=True, verbose_name='首次呼叫')),
                ('snoozed_until', models.DateTimeField(null=True, verbose_name='搁置至')),
                ('verdict', models.CharField(blank=True, choices=[('true', '属实'), ('false', '误报'), ('sensor', '传感器故障'), ('test', '测试'), ('workshop', '在修车辆'), ('unreachable', '联系不上'), ('duplicate', '重复')], max_length=12, verbose_name='结论')),
                ('cause', models.CharField(blank=True, max_length=300, verbose_name='原因')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                ('disposed_by_rule', models.CharField(blank=True, max_length=48, verbose_name='自动处置规则')),
                ('approval', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.approval', verbose_name='复核')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='关闭人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='monitoring.alarm', verbose_name='并入')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alarms', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'verbose_name': '告警',
                'indexes': [models.Index(condition=models.Q(('state__in', ['claimed', 'closing', 'incident', 'new', 'snoozed', 'workshop'])), fields=['maker', '-level', '-opened_at', '-id'], name='alarm_open'), models.Index(fields=['maker', '-opened_at', '-id'], name='alarm_by_opened'), models.Index(fields=['vehicle', '-opened_at'], name='alarm_of_vehicle'), models.Index(fields=['maker', 'rule', '-opened_at', '-id'], name='alarm_of_rule')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['claimed', 'closing', 'incident', 'new', 'snoozed', 'workshop'])), fields=('vehicle', 'rule'), name='alarm_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(models.Q(('verdict', ''), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='alarm_closed_with_verdict'), models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='alarm_merged_into_another')],
            },
        ),
        migrations.CreateModel(
            name='AlarmEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('rule', models.CharField(max_length=48, verbose_name='规则')),
                ('source', models.CharField(choices=[('own', '平台研判'), ('reported', '车辆上报'), ('public', '公共平台反馈'), ('office', '人工登记')], default='own', max_length=10, verbose_name='来源')),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '数据质量'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件')], verbose_name='研判等级')),
                ('reported_level', models.PositiveSmallIntegerField(choices=[(0, '无报警'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件'), (255, '未上报')], default=255, verbose_name='上报等级')),
                ('state', models.CharField(choices=[('new', '待认领'), ('claimed', '处理中'), ('snoozed', '已搁置'), ('workshop', '在修'), ('incident', '已转事故'), ('closing', '待复核'), ('merged', '已合并'), ('closed', '已关闭')], default='new', max_length=10, verbose_name='状态')),
                ('opened_at', models.DateTimeField(verbose_name='发生时间')),
                ('received_at', models.DateTimeField(verbose_name='接收时间')),
                ('shown_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='到席时间')),
                ('last_at', models.DateTimeField(verbose_name='最近一次')),
                ('cleared_at', models.DateTimeField(blank=True, null=True, verbose_name='解除时间')),
                ('episodes_number', models.PositiveIntegerField(default=1, verbose_name='次数')),
                ('is_late', models.BooleanField(default=False, verbose_name='迟到数据')),
                ('is_reissue', models.BooleanField(default=False, verbose_name='补发数据')),
                ('first', models.JSONField(blank=True, default=dict, verbose_name='首次数值')),
                ('last', models.JSONField(blank=True, default=dict, verbose_name='最近数值')),
                ('worst', models.JSONField(blank=True, default=dict, verbose_name='最差数值')),
                ('state_then', models.JSONField(blank=True, default=dict, verbose_name='当时工况')),
                ('limit', models.JSONField(blank=True, default=dict, verbose_name='限值')),
                ('cell', models.CharField(blank=True, max_length=15, verbose_name='位置网格')),
                ('claimed_at', models.DateTimeField(null=True, verbose_name='认领时间')),
                ('called_at', models.DateTimeField(null=True, verbose_name='首次呼叫')),
                ('snoozed_until', models.DateTimeField(null=True, verbose_name='搁置至')),
                ('verdict', models.CharField(blank=True, choices=[('true', '属实'), ('false', '误报'), ('sensor', '传感器故障'), ('test', '测试'), ('workshop', '在修车辆'), ('unreachable', '联系不上'), ('duplicate', '重复')], max_length=12, verbose_name='结论')),
                ('cause', models.CharField(blank=True, max_length=300, verbose_name='原因')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                ('disposed_by_rule', models.CharField(blank=True, max_length=48, verbose_name='自动处置规则')),
                ('approval', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.approval', verbose_name='复核')),
                ('closed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='关闭人')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('merged_into', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.alarm', verbose_name='并入')),
                ('owner', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.alarm')),
                ('vehicle', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AlarmStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', '发生'), ('again', '再次发生'), ('worse', '加重'), ('cleared', '解除'), ('claimed', '认领'), ('assigned', '分派'), ('released', '放回'), ('called', '呼叫'), ('noted', '备注'), ('snoozed', '搁置'), ('woken', '恢复'), ('workshop', '转工单'), ('incident', '转事故'), ('merged', '合并'), ('proposed', '提交结论'), ('refused', '复核退回'), ('closed', '关闭'), ('advised', '通知车主'), ('disposed', '自动处置')], max_length=10, verbose_name='事项')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='时间')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('facts', models.JSONField(blank=True, default=dict)),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='monitoring.alarm')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='人员')),
            ],
            options={
                'verbose_name': '告警记录',
                'indexes': [models.Index(fields=['alarm', 'id'], name='alarm_step_of')],
            },
        ),
        migrations.CreateModel(
            name='Episode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=48, verbose_name='规则')),
                ('profile', models.CharField(blank=True, max_length=40, verbose_name='限值方案')),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '数据质量'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件')], verbose_name='研判等级')),
                ('reported_level', models.PositiveSmallIntegerField(choices=[(0, '无报警'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件'), (255, '未上报')], verbose_name='上报等级')),
                ('opened_at', models.DateTimeField(verbose_name='发生时间')),
                ('received_at', models.DateTimeField(verbose_name='接收时间')),
                ('last_at', models.DateTimeField(verbose_name='最近一次')),
                ('cleared_at', models.DateTimeField(null=True, verbose_name='解除时间')),
                ('is_late', models.BooleanField(default=False, verbose_name='迟到数据')),
                ('first', models.JSONField(default=dict)),
                ('last', models.JSONField(default=dict)),
                ('worst', models.JSONField(default=dict)),
                ('state_then', models.JSONField(default=dict)),
                ('limit', models.JSONField(default=dict)),
                ('cell', models.CharField(blank=True, max_length=15)),
                ('stream', models.CharField(blank=True, max_length=40)),
                ('position', models.DecimalField(decimal_places=0, default=0, max_digits=20)),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('alarm', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='episodes', to='monitoring.alarm')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='episodes', to='fleet.vehicle')),
            ],
            options={
                'verbose_name': '告警片段',
                'indexes': [models.Index(fields=['maker', 'rule', '-opened_at', '-id'], name='episode_of_rule'), models.Index(fields=['alarm', 'opened_at'], name='episode_of_alarm')],
                'constraints': [models.UniqueConstraint(fields=('vehicle', 'rule', 'profile', 'opened_at'), name='episode_once')],
            },
        ),
        AddTriggers(
            triggers=[('alarm', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_alarmevent" ("approval_id", "called_at", "cause", "cell", "claimed_at", "cleared_at", "closed_at", "closed_by_id", "disposed_by_rule", "episodes_number", "first", "id", "is_late", "is_reissue", "last", "last_at", "level", "limit", "maker_id", "merged_into_id", "opened_at", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_at", "reported_level", "rule", "shown_at", "snoozed_until", "source", "state", "state_then", "vehicle_id", "verdict", "worst") VALUES (NEW."approval_id", NEW."called_at", NEW."cause", NEW."cell", NEW."claimed_at", NEW."cleared_at", NEW."closed_at", NEW."closed_by_id", NEW."disposed_by_rule", NEW."episodes_number", NEW."first", NEW."id", NEW."is_late", NEW."is_reissue", NEW."last", NEW."last_at", NEW."level", NEW."limit", NEW."maker_id", NEW."merged_into_id", NEW."opened_at", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."received_at", NEW."reported_level", NEW."rule", NEW."shown_at", NEW."snoozed_until", NEW."source", NEW."state", NEW."state_then", NEW."vehicle_id", NEW."verdict", NEW."worst"); RETURN NULL;', hash='a7bdb7c20a5cfc96f388f1c497e3d4c6721e139c', operation='INSERT', pgid='pgtrigger_insert_insert_26b17', table='monitoring_alarm', when='AFTER'))), ('alarm', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_alarmevent" ("approval_id", "called_at", "cause", "cell", "claimed_at", "cleared_at", "closed_at", "closed_by_id", "disposed_by_rule", "episodes_number", "first", "id", "is_late", "is_reissue", "last", "last_at", "level", "limit", "maker_id", "merged_into_id", "opened_at", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_at", "reported_level", "rule", "shown_at", "snoozed_until", "source", "state", "state_then", "vehicle_id", "verdict", "worst") VALUES (NEW."approval_id", NEW."called_at", NEW."cause", NEW."cell", NEW."claimed_at", NEW."cleared_at", NEW."closed_at", NEW."closed_by_id", NEW."disposed_by_rule", NEW."episodes_number", NEW."first", NEW."id", NEW."is_late", NEW."is_reissue", NEW."last", NEW."last_at", NEW."level", NEW."limit", NEW."maker_id", NEW."merged_into_id", NEW."opened_at", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."received_at", NEW."reported_level", NEW."rule", NEW."shown_at", NEW."snoozed_until", NEW."source", NEW."state", NEW."state_then", NEW."vehicle_id", NEW."verdict", NEW."worst"); RETURN NULL;', hash='28998c9b5ab9a0cd331b651fb597aca1eb5a61e0', operation='UPDATE', pgid='pgtrigger_update_update_41b36', table='monitoring_alarm', when='AFTER'))), ('alarm', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_alarmevent" ("approval_id", "called_at", "cause", "cell", "claimed_at", "cleared_at", "closed_at", "closed_by_id", "disposed_by_rule", "episodes_number", "first", "id", "is_late", "is_reissue", "last", "last_at", "level", "limit", "maker_id", "merged_into_id", "opened_at", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_at", "reported_level", "rule", "shown_at", "snoozed_until", "source", "state", "state_then", "vehicle_id", "verdict", "worst") VALUES (OLD."approval_id", OLD."called_at", OLD."cause", OLD."cell", OLD."claimed_at", OLD."cleared_at", OLD."closed_at", OLD."closed_by_id", OLD."disposed_by_rule", OLD."episodes_number", OLD."first", OLD."id", OLD."is_late", OLD."is_reissue", OLD."last", OLD."last_at", OLD."level", OLD."limit", OLD."maker_id", OLD."merged_into_id", OLD."opened_at", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."received_at", OLD."reported_level", OLD."rule", OLD."shown_at", OLD."snoozed_until", OLD."source", OLD."state", OLD."state_then", OLD."vehicle_id", OLD."verdict", OLD."worst"); RETURN NULL;', hash='86ba96d9090fb6b43cb57729dec2f050943abab5', operation='DELETE', pgid='pgtrigger_delete_delete_63663', table='monitoring_alarm', when='AFTER'))), ('alarmevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='afd5a250156903484a70b67d3d4c5bc8e8983511', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_56fbb', table='monitoring_alarmevent', when='BEFORE')))],
        ),
        walled("monitoring_alarm"),
        walled("monitoring_alarmevent", append_only=True),
        walled("monitoring_episode"),
        walled("monitoring_alarmstep"),
        guarded("monitoring_alarmstep"),
        guarded("monitoring_alarmevent"),
    ])]
