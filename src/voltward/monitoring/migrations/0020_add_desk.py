"""The desk: its numbers, rules for floods, advice and messages to owners, webhooks, and steps that wait to be told."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models

from voltward.records.append_only import guarded
from voltward.records.tracking import AddTriggers, AtOnce
from voltward.records.wall import walled


WAITS = """
CREATE FUNCTION monitoring_step_waits() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO monitoring_stepwaiting (step_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER waits_to_be_told AFTER INSERT ON monitoring_alarmstep
    FOR EACH ROW WHEN (NEW.kind IN ('opened', 'again', 'worse', 'cleared', 'closed'))
    EXECUTE FUNCTION monitoring_step_waits();
"""
WAITS_NOT = """
DROP TRIGGER waits_to_be_told ON monitoring_alarmstep;
DROP FUNCTION monitoring_step_waits();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0015_fill_proposal_history'),
        ('monitoring', '0011_fill_limit_generation'),
        ('records', '0101_fill_history'),
        ('records', '__first__'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='DeskRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=[('snooze_longest', '最长搁置时间'), ('owner_notice_repeat', '车主同类通知的最短间隔'), ('owner_opt_out_level', '车主可拒收的最高等级'), ('operator_hour_limit', '每名值班员每小时告警数上限'), ('webhook_retry', '回调重试时限')], max_length=32, verbose_name='规则')),
                ('from_level', models.PositiveSmallIntegerField(choices=[(0, '数据质量'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件')], default=0, verbose_name='适用等级（起）')),
                ('amount', models.PositiveIntegerField(verbose_name='数值')),
                ('unit', models.CharField(choices=[('minute', '分钟'), ('hour', '小时'), ('level', '级'), ('alarm', '条')], max_length=8, verbose_name='单位')),
                ('source', models.CharField(max_length=240, verbose_name='依据')),
                ('confidence', models.CharField(choices=[('A', '原文核对'), ('B', '可靠转载'), ('C', '单一来源，未证实'), ('M', '行业经验或记忆，待核对'), ('X', '不采用')], max_length=1, verbose_name='可信度')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('effective_to', models.DateField(null=True, verbose_name='失效日期')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('maker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
            ],
            options={
                'verbose_name': '值班规则',
                'indexes': [models.Index(fields=['code', 'maker'], name='desk_rule_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('maker__isnull', True), models.Q(('approved_by__isnull', False), ('proposed_by__isnull', False), models.Q(('approved_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='desk_rule_second_person')],
            },
        ),
        migrations.CreateModel(
            name='DispositionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=48, verbose_name='名称')),
                ('rule', models.CharField(blank=True, max_length=48, verbose_name='规则')),
                ('level', models.PositiveSmallIntegerField(blank=True, choices=[(1, '1 级'), (2, '2 级')], null=True, verbose_name='等级')),
                ('condition', models.CharField(choices=[('self_cleared', '在时限内自行解除'), ('in_workshop', '车辆在修'), ('many_a_day', '24 小时内同类超过数量')], max_length=16, verbose_name='条件')),
                ('amount', models.PositiveIntegerField(blank=True, null=True, verbose_name='分钟或数量')),
                ('deed', models.CharField(choices=[('close', '按规则关闭'), ('silence', '搁置')], max_length=8, verbose_name='处置')),
                ('verdict', models.CharField(blank=True, choices=[('true', '属实'), ('false', '误报'), ('sensor', '传感器故障'), ('test', '测试'), ('workshop', '在修车辆'), ('unreachable', '联系不上'), ('duplicate', '重复')], max_length=12, verbose_name='结论')),
                ('cause', models.CharField(blank=True, max_length=300, verbose_name='原因')),
                ('silence_h', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='搁置小时数')),
                ('source', models.CharField(max_length=240, verbose_name='依据')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                ('state', models.CharField(choices=[('proposed', '待复核'), ('approved', '已批准'), ('refused', '未批准'), ('ended', '已停用')], default='proposed', max_length=8, verbose_name='状态')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                ('approval', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.approval')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
            ],
            options={
                'verbose_name': '自动处置规则',
                'constraints': [models.UniqueConstraint(fields=('maker', 'title'), name='disposition_title_once'), models.CheckConstraint(condition=models.Q(models.Q(('rule', ''), _negated=True), ('level__isnull', False), _connector='OR'), name='disposition_of_something'), models.CheckConstraint(condition=models.Q(('level__isnull', True), models.Q(('level__gte', 1), ('level__lte', 2)), _connector='OR'), name='disposition_never_grave'), models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('condition', 'in_workshop')), models.Q(models.Q(('condition', 'in_workshop'), _negated=True), ('amount__gt', 0), ('amount__isnull', False)), _connector='OR'), name='disposition_has_its_number'), models.CheckConstraint(condition=models.Q(models.Q(('deed', 'close'), models.Q(('verdict', ''), _negated=True), models.Q(('cause', ''), _negated=True)), models.Q(('deed', 'silence'), ('silence_h__gt', 0), ('silence_h__isnull', False)), _connector='OR'), name='disposition_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('approved_by__isnull', False), models.Q(('approved_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='disposition_second_person')],
            },
        ),
        migrations.CreateModel(
            name='OwnerAdvice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('family', models.CharField(choices=[('fault', '故障'), ('hazard', '安全隐患')], max_length=8, verbose_name='类别')),
                ('code', models.CharField(max_length=24, verbose_name='时限规则')),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '数据质量'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件')], verbose_name='研判等级')),
                ('started_at', models.DateTimeField(verbose_name='起算时间')),
                ('outcome', models.CharField(choices=[('open', '进行中'), ('done', '已办理'), ('refused', '车主拒绝'), ('unreachable', '联系不上'), ('replaced', '已由更急的建议替代')], default='open', max_length=12, verbose_name='结果')),
                ('outcome_text', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('outcome_at', models.DateTimeField(null=True, verbose_name='结果时间')),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owner_advice', to='monitoring.alarm', verbose_name='告警')),
                ('clock', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.clock')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('outcome_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owner_advice', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'verbose_name': '车主处置建议',
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', 'open')), fields=('vehicle', 'family'), name='advice_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'open'), ('outcome_at__isnull', True)), models.Q(models.Q(('outcome', 'open'), _negated=True), ('outcome_at__isnull', False)), _connector='OR'), name='advice_outcome_is_told')],
            },
        ),
        migrations.CreateModel(
            name='OwnerOptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('up_to_level', models.PositiveSmallIntegerField(choices=[(1, '1 级'), (2, '2 级')], verbose_name='拒收等级（至）')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('effective_to', models.DateField(null=True, verbose_name='失效日期')),
                ('reason', models.CharField(max_length=300, verbose_name='说明')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='登记时间')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owner_opt_outs', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'verbose_name': '车主拒收登记',
                'constraints': [models.UniqueConstraint(condition=models.Q(('effective_to__isnull', True)), fields=('vehicle',), name='owner_opt_out_once'), models.CheckConstraint(condition=models.Q(('up_to_level__in', [1, 2])), name='owner_opt_out_never_grave')],
            },
        ),
        migrations.CreateModel(
            name='StepWaiting',
            fields=[
                ('step_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': '待通知的告警记录',
                'indexes': [models.Index(fields=['due_at'], name='step_waiting_due')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('url', models.CharField(max_length=300, verbose_name='地址')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('alarm.opened', '告警发生'), ('alarm.worse', '告警加重'), ('alarm.cleared', '告警解除'), ('alarm.closed', '告警关闭'), ('case.opened', '关注案件建立'), ('case.closed', '关注案件关闭')], max_length=16), size=None, verbose_name='事件')),
                ('sealed', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='建立时间')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('last_tried_at', models.DateTimeField(null=True, verbose_name='最近发送')),
                ('last_outcome', models.CharField(blank=True, max_length=8, verbose_name='最近结果')),
                ('last_answer', models.CharField(blank=True, max_length=200)),
                ('down_until', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='建立人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '回调地址',
                'constraints': [models.UniqueConstraint(fields=('maker', 'name'), name='webhook_once')],
            },
        ),
        migrations.CreateModel(
            name='DeskRuleEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(choices=[('snooze_longest', '最长搁置时间'), ('owner_notice_repeat', '车主同类通知的最短间隔'), ('owner_opt_out_level', '车主可拒收的最高等级'), ('operator_hour_limit', '每名值班员每小时告警数上限'), ('webhook_retry', '回调重试时限')], max_length=32, verbose_name='规则')),
                ('from_level', models.PositiveSmallIntegerField(choices=[(0, '数据质量'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件')], default=0, verbose_name='适用等级（起）')),
                ('amount', models.PositiveIntegerField(verbose_name='数值')),
                ('unit', models.CharField(choices=[('minute', '分钟'), ('hour', '小时'), ('level', '级'), ('alarm', '条')], max_length=8, verbose_name='单位')),
                ('source', models.CharField(max_length=240, verbose_name='依据')),
                ('confidence', models.CharField(choices=[('A', '原文核对'), ('B', '可靠转载'), ('C', '单一来源，未证实'), ('M', '行业经验或记忆，待核对'), ('X', '不采用')], max_length=1, verbose_name='可信度')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('effective_to', models.DateField(null=True, verbose_name='失效日期')),
                ('approved_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('maker', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.deskrule')),
                ('proposed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DispositionRuleEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('title', models.CharField(max_length=48, verbose_name='名称')),
                ('rule', models.CharField(blank=True, max_length=48, verbose_name='规则')),
                ('level', models.PositiveSmallIntegerField(blank=True, choices=[(1, '1 级'), (2, '2 级')], null=True, verbose_name='等级')),
                ('condition', models.CharField(choices=[('self_cleared', '在时限内自行解除'), ('in_workshop', '车辆在修'), ('many_a_day', '24 小时内同类超过数量')], max_length=16, verbose_name='条件')),
                ('amount', models.PositiveIntegerField(blank=True, null=True, verbose_name='分钟或数量')),
                ('deed', models.CharField(choices=[('close', '按规则关闭'), ('silence', '搁置')], max_length=8, verbose_name='处置')),
                ('verdict', models.CharField(blank=True, choices=[('true', '属实'), ('false', '误报'), ('sensor', '传感器故障'), ('test', '测试'), ('workshop', '在修车辆'), ('unreachable', '联系不上'), ('duplicate', '重复')], max_length=12, verbose_name='结论')),
                ('cause', models.CharField(blank=True, max_length=300, verbose_name='原因')),
                ('silence_h', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='搁置小时数')),
                ('source', models.CharField(max_length=240, verbose_name='依据')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                ('state', models.CharField(choices=[('proposed', '待复核'), ('approved', '已批准'), ('refused', '未批准'), ('ended', '已停用')], default='proposed', max_length=8, verbose_name='状态')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                ('approval', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.approval')),
                ('approved_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.dispositionrule')),
                ('proposed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OwnerAdviceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('family', models.CharField(choices=[('fault', '故障'), ('hazard', '安全隐患')], max_length=8, verbose_name='类别')),
                ('code', models.CharField(max_length=24, verbose_name='时限规则')),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '数据质量'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件')], verbose_name='研判等级')),
                ('started_at', models.DateTimeField(verbose_name='起算时间')),
                ('outcome', models.CharField(choices=[('open', '进行中'), ('done', '已办理'), ('refused', '车主拒绝'), ('unreachable', '联系不上'), ('replaced', '已由更急的建议替代')], default='open', max_length=12, verbose_name='结果')),
                ('outcome_text', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('outcome_at', models.DateTimeField(null=True, verbose_name='结果时间')),
                ('alarm', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.alarm', verbose_name='告警')),
                ('clock', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.clock')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('outcome_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.owneradvice')),
                ('vehicle', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OwnerNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=48, verbose_name='类型')),
                ('way', models.CharField(choices=[('sms', '短信'), ('voice', '语音电话'), ('terminal', '车载终端')], max_length=8, verbose_name='方式')),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '数据质量'), (1, '1 级'), (2, '2 级'), (3, '3 级'), (4, '热事件')], verbose_name='研判等级')),
                ('language', models.CharField(default='zh-hans', max_length=16, verbose_name='语言')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('body', models.TextField(max_length=1000, verbose_name='正文')),
                ('state', models.CharField(choices=[('waiting', '待发送'), ('sending', '发送中'), ('again', '待重试'), ('sent', '已发出'), ('failed', '失败'), ('unwanted', '车主已拒收'), ('recorded', '待下发'), ('unneeded', '无需发送')], default='waiting', max_length=8, verbose_name='状态')),
                ('due_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='尝试次数')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='时间')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='发出时间')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='渠道应答')),
                ('advice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='monitoring.owneradvice')),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owner_notices', to='monitoring.alarm')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'verbose_name': '车主通知',
                'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'sending', 'again'))), fields=['due_at'], name='owner_notice_due'), models.Index(fields=['maker', 'created_at', 'id'], name='owner_notice_by_created'), models.Index(fields=['vehicle', 'kind', '-created_at'], name='owner_notice_same')],
            },
        ),
        migrations.CreateModel(
            name='OwnerOptOutEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('up_to_level', models.PositiveSmallIntegerField(choices=[(1, '1 级'), (2, '2 级')], verbose_name='拒收等级（至）')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('effective_to', models.DateField(null=True, verbose_name='失效日期')),
                ('reason', models.CharField(max_length=300, verbose_name='说明')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='登记时间')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.owneroptout')),
                ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('vehicle', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('alarm.opened', '告警发生'), ('alarm.worse', '告警加重'), ('alarm.cleared', '告警解除'), ('alarm.closed', '告警关闭'), ('case.opened', '关注案件建立'), ('case.closed', '关注案件关闭')], max_length=16, verbose_name='事件')),
                ('event', models.CharField(max_length=80)),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('body', models.JSONField()),
                ('state', models.CharField(choices=[('waiting', '待发送'), ('sending', '发送中'), ('again', '待重试'), ('sent', '已发出'), ('failed', '失败'), ('unneeded', '无需发送')], default='waiting', max_length=8, verbose_name='状态')),
                ('due_at', models.DateTimeField(null=True)),
                ('until_at', models.DateTimeField(verbose_name='重试至')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='尝试次数')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='时间')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='发出时间')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='monitoring.webhook')),
            ],
            options={
                'verbose_name': '回调记录',
                'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'sending', 'again'))), fields=['due_at'], name='webhook_due'), models.Index(fields=['webhook', '-id'], name='webhook_delivery_of')],
                'constraints': [models.UniqueConstraint(fields=('webhook', 'kind', 'event'), name='webhook_event_once')],
            },
        ),
        migrations.CreateModel(
            name='WebhookEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('url', models.CharField(max_length=300, verbose_name='地址')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('alarm.opened', '告警发生'), ('alarm.worse', '告警加重'), ('alarm.cleared', '告警解除'), ('alarm.closed', '告警关闭'), ('case.opened', '关注案件建立'), ('case.closed', '关注案件关闭')], max_length=16), size=None, verbose_name='事件')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='建立时间')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('created_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='建立人')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.webhook')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OwnerNoticeTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(blank=True, max_length=80, verbose_name='渠道')),
                ('begun_at', models.DateTimeField(verbose_name='开始时间')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('outcome', models.CharField(choices=[('begun', '进行中'), ('sent', '已发出'), ('again', '暂时失败'), ('refused', '被拒绝'), ('lost', '结果未知')], default='begun', max_length=8, verbose_name='结果')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='渠道应答')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='monitoring.ownernotice')),
            ],
            options={
                'verbose_name': '车主通知的尝试',
            },
        ),
        migrations.CreateModel(
            name='WebhookTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField(verbose_name='开始时间')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('outcome', models.CharField(choices=[('begun', '进行中'), ('sent', '已发出'), ('again', '暂时失败'), ('refused', '被拒绝'), ('lost', '结果未知')], default='begun', max_length=8, verbose_name='结果')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='应答')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='monitoring.webhookdelivery')),
            ],
            options={
                'verbose_name': '回调的尝试',
            },
        ),
        AddTriggers(
            triggers=[('deskrule', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_deskruleevent" ("amount", "approved_by_id", "code", "confidence", "effective_from", "effective_to", "from_level", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "source", "unit") VALUES (NEW."amount", NEW."approved_by_id", NEW."code", NEW."confidence", NEW."effective_from", NEW."effective_to", NEW."from_level", NEW."id", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."proposed_by_id", NEW."source", NEW."unit"); RETURN NULL;', hash='eaea9c1a11926390ce750908ed2bd40526b1a83d', operation='INSERT', pgid='pgtrigger_insert_insert_dfbc1', table='monitoring_deskrule', when='AFTER'))), ('deskrule', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_deskruleevent" ("amount", "approved_by_id", "code", "confidence", "effective_from", "effective_to", "from_level", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "source", "unit") VALUES (NEW."amount", NEW."approved_by_id", NEW."code", NEW."confidence", NEW."effective_from", NEW."effective_to", NEW."from_level", NEW."id", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."proposed_by_id", NEW."source", NEW."unit"); RETURN NULL;', hash='411e98de757e47bcfadb42aaca6d6dcd986949ce', operation='UPDATE', pgid='pgtrigger_update_update_a5086', table='monitoring_deskrule', when='AFTER'))), ('deskrule', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_deskruleevent" ("amount", "approved_by_id", "code", "confidence", "effective_from", "effective_to", "from_level", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "source", "unit") VALUES (OLD."amount", OLD."approved_by_id", OLD."code", OLD."confidence", OLD."effective_from", OLD."effective_to", OLD."from_level", OLD."id", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."proposed_by_id", OLD."source", OLD."unit"); RETURN NULL;', hash='0c17bce1d3ad7b91de1ae79dc3ac398948fff735', operation='DELETE', pgid='pgtrigger_delete_delete_65ad4', table='monitoring_deskrule', when='AFTER'))), ('deskruleevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='052655607914817de39b27c9e00a45f78346f03c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c18ce', table='monitoring_deskruleevent', when='BEFORE'))), ('dispositionrule', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_dispositionruleevent" ("amount", "approval_id", "approved_by_id", "cause", "condition", "deed", "effective_from", "effective_to", "id", "level", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "rule", "silence_h", "source", "state", "title", "verdict") VALUES (NEW."amount", NEW."approval_id", NEW."approved_by_id", NEW."cause", NEW."condition", NEW."deed", NEW."effective_from", NEW."effective_to", NEW."id", NEW."level", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."proposed_at", NEW."proposed_by_id", NEW."rule", NEW."silence_h", NEW."source", NEW."state", NEW."title", NEW."verdict"); RETURN NULL;', hash='bfc67abff489a20c5806052f41ff433528406d87', operation='INSERT', pgid='pgtrigger_insert_insert_d7d7f', table='monitoring_dispositionrule', when='AFTER'))), ('dispositionrule', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_dispositionruleevent" ("amount", "approval_id", "approved_by_id", "cause", "condition", "deed", "effective_from", "effective_to", "id", "level", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "rule", "silence_h", "source", "state", "title", "verdict") VALUES (NEW."amount", NEW."approval_id", NEW."approved_by_id", NEW."cause", NEW."condition", NEW."deed", NEW."effective_from", NEW."effective_to", NEW."id", NEW."level", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."proposed_at", NEW."proposed_by_id", NEW."rule", NEW."silence_h", NEW."source", NEW."state", NEW."title", NEW."verdict"); RETURN NULL;', hash='0a0eaea1586f3fe2f076b154ce4325fe8eb04bfb', operation='UPDATE', pgid='pgtrigger_update_update_60044', table='monitoring_dispositionrule', when='AFTER'))), ('dispositionrule', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_dispositionruleevent" ("amount", "approval_id", "approved_by_id", "cause", "condition", "deed", "effective_from", "effective_to", "id", "level", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "rule", "silence_h", "source", "state", "title", "verdict") VALUES (OLD."amount", OLD."approval_id", OLD."approved_by_id", OLD."cause", OLD."condition", OLD."deed", OLD."effective_from", OLD."effective_to", OLD."id", OLD."level", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."proposed_at", OLD."proposed_by_id", OLD."rule", OLD."silence_h", OLD."source", OLD."state", OLD."title", OLD."verdict"); RETURN NULL;', hash='e110ec5f8f0a70e3beefe66346e4665066e9db41', operation='DELETE', pgid='pgtrigger_delete_delete_ec428', table='monitoring_dispositionrule', when='AFTER'))), ('dispositionruleevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8d6a59b789584061ee1f688cc400d967d5f65214', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fcd92', table='monitoring_dispositionruleevent', when='BEFORE'))), ('owneradvice', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_owneradviceevent" ("alarm_id", "clock_id", "code", "family", "id", "level", "maker_id", "outcome", "outcome_at", "outcome_by_id", "outcome_text", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "vehicle_id") VALUES (NEW."alarm_id", NEW."clock_id", NEW."code", NEW."family", NEW."id", NEW."level", NEW."maker_id", NEW."outcome", NEW."outcome_at", NEW."outcome_by_id", NEW."outcome_text", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."started_at", NEW."vehicle_id"); RETURN NULL;', hash='d1b091c3d7a3e836801b50a6bec8d65d107e72be', operation='INSERT', pgid='pgtrigger_insert_insert_3562d', table='monitoring_owneradvice', when='AFTER'))), ('owneradvice', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_owneradviceevent" ("alarm_id", "clock_id", "code", "family", "id", "level", "maker_id", "outcome", "outcome_at", "outcome_by_id", "outcome_text", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "vehicle_id") VALUES (NEW."alarm_id", NEW."clock_id", NEW."code", NEW."family", NEW."id", NEW."level", NEW."maker_id", NEW."outcome", NEW."outcome_at", NEW."outcome_by_id", NEW."outcome_text", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."started_at", NEW."vehicle_id"); RETURN NULL;', hash='9d805b49dd848994b78ba81bd9182d1894c6f22a', operation='UPDATE', pgid='pgtrigger_update_update_3675b', table='monitoring_owneradvice', when='AFTER'))), ('owneradvice', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_owneradviceevent" ("alarm_id", "clock_id", "code", "family", "id", "level", "maker_id", "outcome", "outcome_at", "outcome_by_id", "outcome_text", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "vehicle_id") VALUES (OLD."alarm_id", OLD."clock_id", OLD."code", OLD."family", OLD."id", OLD."level", OLD."maker_id", OLD."outcome", OLD."outcome_at", OLD."outcome_by_id", OLD."outcome_text", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."started_at", OLD."vehicle_id"); RETURN NULL;', hash='618af94944cd1151597a056077963a90f73a5a69', operation='DELETE', pgid='pgtrigger_delete_delete_3e898', table='monitoring_owneradvice', when='AFTER'))), ('owneradviceevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='737c9d65094f77cae50eff3f199ab4ca74b859b8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5998a', table='monitoring_owneradviceevent', when='BEFORE'))), ('owneroptout', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_owneroptoutevent" ("effective_from", "effective_to", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by_id", "up_to_level", "vehicle_id") VALUES (NEW."effective_from", NEW."effective_to", NEW."id", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."reason", NEW."recorded_at", NEW."recorded_by_id", NEW."up_to_level", NEW."vehicle_id"); RETURN NULL;', hash='6b17e9cf3f1f0236e49965520e0b87f3516e7793', operation='INSERT', pgid='pgtrigger_insert_insert_20985', table='monitoring_owneroptout', when='AFTER'))), ('owneroptout', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_owneroptoutevent" ("effective_from", "effective_to", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by_id", "up_to_level", "vehicle_id") VALUES (NEW."effective_from", NEW."effective_to", NEW."id", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."reason", NEW."recorded_at", NEW."recorded_by_id", NEW."up_to_level", NEW."vehicle_id"); RETURN NULL;', hash='9b736ceccc7989bb2dc6429eb87f3c8af0581201', operation='UPDATE', pgid='pgtrigger_update_update_928e3', table='monitoring_owneroptout', when='AFTER'))), ('owneroptout', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_owneroptoutevent" ("effective_from", "effective_to", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by_id", "up_to_level", "vehicle_id") VALUES (OLD."effective_from", OLD."effective_to", OLD."id", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."reason", OLD."recorded_at", OLD."recorded_by_id", OLD."up_to_level", OLD."vehicle_id"); RETURN NULL;', hash='c22a45c4a33575775c60b9ac0bf00d4652abd758', operation='DELETE', pgid='pgtrigger_delete_delete_03d12', table='monitoring_owneroptout', when='AFTER'))), ('owneroptoutevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='28a373b7ff174e8dd6fb7327e34d9f0b8dec460c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8a8d6', table='monitoring_owneroptoutevent', when='BEFORE'))), ('webhook', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_webhookevent" ("closed_at", "created_at", "created_by_id", "id", "kinds", "maker_id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."closed_at", NEW."created_at", NEW."created_by_id", NEW."id", NEW."kinds", NEW."maker_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."url"); RETURN NULL;', hash='6b71a32316c93fe9f2537ba29b0b6ec4f08fcdf9', operation='INSERT', pgid='pgtrigger_insert_insert_34a74', table='monitoring_webhook', when='AFTER'))), ('webhook', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kinds" IS DISTINCT FROM (NEW."kinds") OR OLD."maker_id" IS DISTINCT FROM (NEW."maker_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."url" IS DISTINCT FROM (NEW."url"))', func='INSERT INTO "monitoring_webhookevent" ("closed_at", "created_at", "created_by_id", "id", "kinds", "maker_id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."closed_at", NEW."created_at", NEW."created_by_id", NEW."id", NEW."kinds", NEW."maker_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."url"); RETURN NULL;', hash='372ef61ae3fc200e73a6e7f4fa901f0985cb56ce', operation='UPDATE', pgid='pgtrigger_update_update_fa67a', table='monitoring_webhook', when='AFTER'))), ('webhook', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_webhookevent" ("closed_at", "created_at", "created_by_id", "id", "kinds", "maker_id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (OLD."closed_at", OLD."created_at", OLD."created_by_id", OLD."id", OLD."kinds", OLD."maker_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."url"); RETURN NULL;', hash='c1214ce399db86569e3f06fd22f5c192eaae5ba0', operation='DELETE', pgid='pgtrigger_delete_delete_5ece0', table='monitoring_webhook', when='AFTER'))), ('webhookevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9bb6266736c69bf344308e2c3514348a90126cf6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3acf9', table='monitoring_webhookevent', when='BEFORE')))],
        ),
        walled("monitoring_deskrule", shared=True),
        walled("monitoring_dispositionrule"),
        walled("monitoring_owneradvice"),
        walled("monitoring_ownernotice"),
        walled("monitoring_owneroptout"),
        walled("monitoring_webhook"),
        walled("monitoring_webhookdelivery"),
        walled("monitoring_deskruleevent", append_only=True, shared=True),
        walled("monitoring_dispositionruleevent", append_only=True),
        walled("monitoring_owneradviceevent", append_only=True),
        walled("monitoring_owneroptoutevent", append_only=True),
        walled("monitoring_webhookevent", append_only=True),
        guarded("monitoring_deskruleevent"),
        guarded("monitoring_dispositionruleevent"),
        guarded("monitoring_owneradviceevent"),
        guarded("monitoring_owneroptoutevent"),
        guarded("monitoring_webhookevent"),
        migrations.RunSQL(WAITS, WAITS_NOT),
    ])]
