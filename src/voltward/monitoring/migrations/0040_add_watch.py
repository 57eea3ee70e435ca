"""The watch queues: cases, their members, contacts and log, and the limits that fill them."""


import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from voltward.records.append_only import guarded
from voltward.records.tracking import AddTriggers
from voltward.records.wall import walled


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0015_fill_proposal_history'),
        ("monitoring", "0030_add_alarm_changes"),
        ('records', '0101_fill_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='VehicleHabit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last_day', models.DateField()),
                ('days', models.PositiveSmallIntegerField()),
                ('gap_d', models.FloatField(null=True)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('vehicle', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle')),
            ],
            options={
                'verbose_name': '上报习惯',
            },
        ),
        migrations.CreateModel(
            name='WatchCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('queue', models.CharField(choices=[('long_offline', '长期离线'), ('suddenly_silent', '突然失联'), ('over_discharge', '久置过放'), ('dense_parking', '聚集停放'), ('frequent_alarms', '频繁报警')], max_length=16, verbose_name='队列')),
                ('model_name', models.CharField(blank=True, max_length=80, verbose_name='车型')),
                ('usage_class', models.CharField(blank=True, choices=[('private', '私人非营运'), ('official', '公务'), ('company', '单位自用'), ('taxi', '出租'), ('ride_hailing', '网约车'), ('rental', '租赁'), ('bus', '公交客运'), ('logistics', '货运物流'), ('special', '专用作业'), ('other', '其他')], max_length=16, verbose_name='使用性质')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='发现时间')),
                ('why', models.JSONField(default=dict, verbose_name='依据')),
                ('measure', models.FloatField(verbose_name='数值')),
                ('now', models.JSONField(default=dict, verbose_name='最近数值')),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='最近研判')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='条件消失')),
                ('vehicles_number', models.PositiveIntegerField(default=1, verbose_name='车辆数')),
                ('cell', models.CharField(blank=True, max_length=15, verbose_name='位置网格')),
                ('place_contact', models.CharField(blank=True, max_length=200, verbose_name='场地联系人')),
                ('state', models.CharField(choices=[('open', '待认领'), ('in_hand', '跟踪中'), ('rechecking', '待复查'), ('closed', '已关闭')], default='open', max_length=10, verbose_name='状态')),
                ('recheck_on', models.DateField(null=True, verbose_name='复查日')),
                ('verdict', models.CharField(blank=True, choices=[('safe', '确认安全'), ('unsafe', '确认不安全'), ('moved', '已移走或已恢复'), ('scrapped', '已报废或灭失'), ('false', '误判')], max_length=10, verbose_name='结论')),
                ('verdict_text', models.CharField(blank=True, max_length=1000, verbose_name='结论依据')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='关闭人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                ('previous', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.watchcase', verbose_name='上一次')),
                ('vehicle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='watch_cases', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'verbose_name': '关注事项',
            },
        ),
        migrations.CreateModel(
            name='ContactAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='联系时间')),
                ('reached', models.CharField(choices=[('owner', '车主'), ('outlet', '服务网点'), ('place', '场地方'), ('operator', '运营单位'), ('other', '其他')], max_length=10, verbose_name='联系对象')),
                ('outcome', models.CharField(choices=[('reached', '已联系上'), ('no_answer', '无人接听'), ('wrong_number', '号码有误'), ('refused', '拒绝沟通'), ('visited', '已现场查看')], max_length=12, verbose_name='联系结果')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='联系情况')),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='联系人员')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='monitoring.watchcase')),
            ],
            options={
                'verbose_name': '联系记录',
            },
        ),
        migrations.CreateModel(
            name='WatchCaseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('queue', models.CharField(choices=[('long_offline', '长期离线'), ('suddenly_silent', '突然失联'), ('over_discharge', '久置过放'), ('dense_parking', '聚集停放'), ('frequent_alarms', '频繁报警')], max_length=16, verbose_name='队列')),
                ('model_name', models.CharField(blank=True, max_length=80, verbose_name='车型')),
                ('usage_class', models.CharField(blank=True, choices=[('private', '私人非营运'), ('official', '公务'), ('company', '单位自用'), ('taxi', '出租'), ('ride_hailing', '网约车'), ('rental', '租赁'), ('bus', '公交客运'), ('logistics', '货运物流'), ('special', '专用作业'), ('other', '其他')], max_length=16, verbose_name='使用性质')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='发现时间')),
                ('why', models.JSONField(default=dict, verbose_name='依据')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='条件消失')),
                ('vehicles_number', models.PositiveIntegerField(default=1, verbose_name='车辆数')),
                ('cell', models.CharField(blank=True, max_length=15, verbose_name='位置网格')),
                ('place_contact', models.CharField(blank=True, max_length=200, verbose_name='场地联系人')),
                ('state', models.CharField(choices=[('open', '待认领'), ('in_hand', '跟踪中'), ('rechecking', '待复查'), ('closed', '已关闭')], default='open', max_length=10, verbose_name='状态')),
                ('recheck_on', models.DateField(null=True, verbose_name='复查日')),
                ('verdict', models.CharField(blank=True, choices=[('safe', '确认安全'), ('unsafe', '确认不安全'), ('moved', '已移走或已恢复'), ('scrapped', '已报废或灭失'), ('false', '误判')], max_length=10, verbose_name='结论')),
                ('verdict_text', models.CharField(blank=True, max_length=1000, verbose_name='结论依据')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                ('closed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='关闭人')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('owner', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.watchcase')),
                ('previous', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.watchcase', verbose_name='上一次')),
                ('vehicle', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WatchCaseVehicle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('parked_since', models.DateTimeField(verbose_name='停放起始')),
                ('soc_pct', models.FloatField(verbose_name='SOC（%）')),
                ('collected_at', models.DateTimeField(verbose_name='数据时间')),
                ('east_m', models.FloatField(verbose_name='东向（m）')),
                ('north_m', models.FloatField(verbose_name='北向（m）')),
                ('neighbours', models.PositiveIntegerField(verbose_name='半径内车辆数')),
                ('is_target', models.BooleanField(verbose_name='达到阈值')),
                ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='加入时间')),
                ('left_at', models.DateTimeField(null=True, verbose_name='离开时间')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='monitoring.watchcase')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'verbose_name': '聚集停放车辆',
            },
        ),
        migrations.CreateModel(
            name='WatchLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=48, verbose_name='编号')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('order', models.PositiveSmallIntegerField(default=100)),
                ('title_zh', models.CharField(max_length=120, verbose_name='名称')),
                ('title_en', models.CharField(max_length=120)),
                ('value', models.FloatField(null=True, verbose_name='数值')),
                ('unit', models.CharField(blank=True, max_length=16, verbose_name='单位')),
                ('lowest', models.FloatField()),
                ('highest', models.FloatField()),
                ('source', models.CharField(max_length=240, verbose_name='依据')),
                ('confidence', models.CharField(choices=[('A', '原文核对'), ('B', '可靠转载'), ('C', '单一来源，未证实'), ('M', '工程默认值，待核对')], max_length=1, verbose_name='可信度')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('battery_type', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.batterytype', verbose_name='电池类型')),
                ('maker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '关注限值',
            },
        ),
        migrations.CreateModel(
            name='WatchLimitEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=48, verbose_name='编号')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('order', models.PositiveSmallIntegerField(default=100)),
                ('title_zh', models.CharField(max_length=120, verbose_name='名称')),
                ('title_en', models.CharField(max_length=120)),
                ('value', models.FloatField(null=True, verbose_name='数值')),
                ('unit', models.CharField(blank=True, max_length=16, verbose_name='单位')),
                ('lowest', models.FloatField()),
                ('highest', models.FloatField()),
                ('source', models.CharField(max_length=240, verbose_name='依据')),
                ('confidence', models.CharField(choices=[('A', '原文核对'), ('B', '可靠转载'), ('C', '单一来源，未证实'), ('M', '工程默认值，待核对')], max_length=1, verbose_name='可信度')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                ('approved_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('battery_type', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.batterytype', verbose_name='电池类型')),
                ('maker', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.watchlimit')),
                ('proposed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WatchStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', '列入队列'), ('ended', '条件消失，待结论'), ('again', '条件再次出现'), ('joined', '车辆加入'), ('left', '车辆离开'), ('assigned', '分派'), ('contacted', '联系'), ('recheck', '约定复查'), ('due', '到复查日'), ('place', '登记场地联系人'), ('noted', '备注'), ('closed', '给出结论')], max_length=10, verbose_name='事项')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='时间')),
                ('text', models.CharField(blank=True, max_length=1000, verbose_name='说明')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='monitoring.watchcase')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='人员')),
            ],
            options={
                'verbose_name': '关注记录',
            },
        ),
        migrations.AddIndex(
            model_name='watchcase',
            index=models.Index(fields=['maker', 'queue', '-opened_at', '-id'], name='watch_by_opened'),
        ),
        migrations.AddIndex(
            model_name='watchcase',
            index=models.Index(fields=['maker', 'queue', '-measure', '-id'], name='watch_by_measure'),
        ),
        migrations.AddIndex(
            model_name='watchcase',
            index=models.Index(fields=['maker', 'queue', 'recheck_on', 'id'], name='watch_by_recheck'),
        ),
        migrations.AddIndex(
            model_name='watchcase',
            index=models.Index(fields=['maker', 'queue', 'vehicles_number', 'id'], name='watch_by_number'),
        ),
        migrations.AddIndex(
            model_name='watchcase',
            index=models.Index(fields=['vehicle', '-opened_at'], name='watch_of_vehicle'),
        ),
        migrations.AddIndex(
            model_name='watchcase',
            index=models.Index(condition=models.Q(('state', 'rechecking')), fields=['recheck_on'], name='watch_to_recheck'),
        ),
        migrations.AddConstraint(
            model_name='watchcase',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['in_hand', 'open', 'rechecking']), ('vehicle__isnull', False)), fields=('queue', 'vehicle'), name='watch_open_once'),
        ),
        migrations.AddConstraint(
            model_name='watchcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('verdict', ''), _negated=True), models.Q(('verdict_text', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('verdict', '')), _connector='OR'), name='watch_closed_with_verdict'),
        ),
        migrations.AddConstraint(
            model_name='watchcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('queue', 'dense_parking'), ('vehicle__isnull', True)), models.Q(models.Q(('queue', 'dense_parking'), _negated=True), ('vehicle__isnull', False)), _connector='OR'), name='watch_vehicle_or_group'),
        ),
        migrations.AddConstraint(
            model_name='watchcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'rechecking'), _negated=True), ('recheck_on__isnull', False), _connector='OR'), name='watch_recheck_has_day'),
        ),
        migrations.AddIndex(
            model_name='contactattempt',
            index=models.Index(fields=['case', '-at', '-id'], name='watch_contact_of'),
        ),
        migrations.AddIndex(
            model_name='watchcasevehicle',
            index=models.Index(fields=['vehicle'], name='watch_member_vehicle'),
        ),
        migrations.AddConstraint(
            model_name='watchcasevehicle',
            constraint=models.UniqueConstraint(fields=('case', 'vehicle'), name='watch_member_once'),
        ),
        migrations.AddConstraint(
            model_name='watchlimit',
            constraint=models.UniqueConstraint(fields=('maker', 'code', 'battery_type', 'revision'), name='watch_limit_revision_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='watchlimit',
            constraint=models.CheckConstraint(condition=models.Q(('maker__isnull', True), models.Q(('approved_by__isnull', False), ('proposed_by__isnull', False), models.Q(('approved_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='watch_limit_second_person'),
        ),
        migrations.AddConstraint(
            model_name='watchlimit',
            constraint=models.CheckConstraint(condition=models.Q(('value__isnull', True), models.Q(('value__gte', models.F('lowest')), ('value__lte', models.F('highest'))), _connector='OR'), name='watch_limit_in_range'),
        ),
        migrations.AddIndex(
            model_name='watchstep',
            index=models.Index(fields=['case', 'id'], name='watch_step_of'),
        ),
        AddTriggers(
            triggers=[('watchcase', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_watchcaseevent" ("cell", "closed_at", "closed_by_id", "ended_at", "id", "maker_id", "model_name", "opened_at", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_contact", "previous_id", "queue", "recheck_on", "state", "usage_class", "vehicle_id", "vehicles_number", "verdict", "verdict_text", "why") VALUES (NEW."cell", NEW."closed_at", NEW."closed_by_id", NEW."ended_at", NEW."id", NEW."maker_id", NEW."model_name", NEW."opened_at", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."place_contact", NEW."previous_id", NEW."queue", NEW."recheck_on", NEW."state", NEW."usage_class", NEW."vehicle_id", NEW."vehicles_number", NEW."verdict", NEW."verdict_text", NEW."why"); RETURN NULL;', hash='2c402e0fb1f0afce10fba7a9852c7270c1030ab5', operation='INSERT', pgid='pgtrigger_insert_insert_633ef', table='monitoring_watchcase', when='AFTER'))), ('watchcase', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."cell" IS DISTINCT FROM (NEW."cell") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."closed_by_id" IS DISTINCT FROM (NEW."closed_by_id") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."maker_id" IS DISTINCT FROM (NEW."maker_id") OR OLD."model_name" IS DISTINCT FROM (NEW."model_name") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."place_contact" IS DISTINCT FROM (NEW."place_contact") OR OLD."previous_id" IS DISTINCT FROM (NEW."previous_id") OR OLD."queue" IS DISTINCT FROM (NEW."queue") OR OLD."recheck_on" IS DISTINCT FROM (NEW."recheck_on") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."usage_class" IS DISTINCT FROM (NEW."usage_class") OR OLD."vehicle_id" IS DISTINCT FROM (NEW."vehicle_id") OR OLD."vehicles_number" IS DISTINCT FROM (NEW."vehicles_number") OR OLD."verdict" IS DISTINCT FROM (NEW."verdict") OR OLD."verdict_text" IS DISTINCT FROM (NEW."verdict_text") OR OLD."why" IS DISTINCT FROM (NEW."why"))', func='INSERT INTO "monitoring_watchcaseevent" ("cell", "closed_at", "closed_by_id", "ended_at", "id", "maker_id", "model_name", "opened_at", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_contact", "previous_id", "queue", "recheck_on", "state", "usage_class", "vehicle_id", "vehicles_number", "verdict", "verdict_text", "why") VALUES (NEW."cell", NEW."closed_at", NEW."closed_by_id", NEW."ended_at", NEW."id", NEW."maker_id", NEW."model_name", NEW."opened_at", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."place_contact", NEW."previous_id", NEW."queue", NEW."recheck_on", NEW."state", NEW."usage_class", NEW."vehicle_id", NEW."vehicles_number", NEW."verdict", NEW."verdict_text", NEW."why"); RETURN NULL;', hash='e46ae1662e51789a6dbef0d1b1079839243f3f59', operation='UPDATE', pgid='pgtrigger_update_update_9535e', table='monitoring_watchcase', when='AFTER'))), ('watchcase', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_watchcaseevent" ("cell", "closed_at", "closed_by_id", "ended_at", "id", "maker_id", "model_name", "opened_at", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_contact", "previous_id", "queue", "recheck_on", "state", "usage_class", "vehicle_id", "vehicles_number", "verdict", "verdict_text", "why") VALUES (OLD."cell", OLD."closed_at", OLD."closed_by_id", OLD."ended_at", OLD."id", OLD."maker_id", OLD."model_name", OLD."opened_at", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."place_contact", OLD."previous_id", OLD."queue", OLD."recheck_on", OLD."state", OLD."usage_class", OLD."vehicle_id", OLD."vehicles_number", OLD."verdict", OLD."verdict_text", OLD."why"); RETURN NULL;', hash='ef0fb06495ed432e209606c5594e741787e4acc3', operation='DELETE', pgid='pgtrigger_delete_delete_0d115', table='monitoring_watchcase', when='AFTER'))), ('watchcaseevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8a19f13fde86fe847c4b55521668c66ece069b3b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e7333', table='monitoring_watchcaseevent', when='BEFORE'))), ('watchlimit', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_watchlimitevent" ("approved_at", "approved_by_id", "battery_type_id", "code", "confidence", "effective_from", "highest", "id", "lowest", "maker_id", "order", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "revision", "source", "title_en", "title_zh", "unit", "value") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."battery_type_id", NEW."code", NEW."confidence", NEW."effective_from", NEW."highest", NEW."id", NEW."lowest", NEW."maker_id", NEW."order", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."proposed_by_id", NEW."revision", NEW."source", NEW."title_en", NEW."title_zh", NEW."unit", NEW."value"); RETURN NULL;', hash='bbc19f7d63d469142885c1cadb3fc2c99051e3bc', operation='INSERT', pgid='pgtrigger_insert_insert_4c6b1', table='monitoring_watchlimit', when='AFTER'))), ('watchlimit', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_watchlimitevent" ("approved_at", "approved_by_id", "battery_type_id", "code", "confidence", "effective_from", "highest", "id", "lowest", "maker_id", "order", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "revision", "source", "title_en", "title_zh", "unit", "value") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."battery_type_id", NEW."code", NEW."confidence", NEW."effective_from", NEW."highest", NEW."id", NEW."lowest", NEW."maker_id", NEW."order", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."proposed_by_id", NEW."revision", NEW."source", NEW."title_en", NEW."title_zh", NEW."unit", NEW."value"); RETURN NULL;', hash='d7a34907bbd0152d62f9ca5f98326e6c17188ec3', operation='UPDATE', pgid='pgtrigger_update_update_ffca4', table='monitoring_watchlimit', when='AFTER'))), ('watchlimit', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_watchlimitevent" ("approved_at", "approved_by_id", "battery_type_id", "code", "confidence", "effective_from", "highest", "id", "lowest", "maker_id", "order", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "revision", "source", "title_en", "title_zh", "unit", "value") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."battery_type_id", OLD."code", OLD."confidence", OLD."effective_from", OLD."highest", OLD."id", OLD."lowest", OLD."maker_id", OLD."order", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."proposed_by_id", OLD."revision", OLD."source", OLD."title_en", OLD."title_zh", OLD."unit", OLD."value"); RETURN NULL;', hash='84d2257998b8c1777f1541f6a1647d306c28c5bc', operation='DELETE', pgid='pgtrigger_delete_delete_3912c', table='monitoring_watchlimit', when='AFTER'))), ('watchlimitevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6d211238e332077be1fcf1d3d9a7fabd8b3ffd3d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bf32d', table='monitoring_watchlimitevent', when='BEFORE')))],
        ),
        walled("monitoring_watchcase"),
        walled("monitoring_watchcaseevent", append_only=True),
        walled("monitoring_watchcasevehicle"),
        walled("monitoring_contactattempt"),
        walled("monitoring_watchstep"),
        walled("monitoring_vehiclehabit"),
        walled("monitoring_watchlimit", shared=True),
        walled("monitoring_watchlimitevent", append_only=True, shared=True),
        guarded("monitoring_contactattempt"),
        guarded("monitoring_watchstep"),
        guarded("monitoring_watchcaseevent"),
        guarded("monitoring_watchlimitevent"),
    ]
