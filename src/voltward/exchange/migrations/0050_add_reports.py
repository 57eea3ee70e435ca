"""Reports of GB/T 45688 to public platforms, and what platforms feed back."""

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
        ('exchange', '0031_fill_key_generation'),
        ('fleet', '0015_fill_proposal_history'),
        ('monitoring', '0061_fill_model_share'),
        ('records', '0101_fill_history'),
    ]

    operations = [
        AtOnce([migrations.CreateModel(
                name='FeedbackReceived',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('vin', models.CharField(max_length=80, verbose_name='VIN')),
                    ('moment', models.DateTimeField(null=True, verbose_name='数据时间')),
                    ('body', models.CharField(max_length=120, verbose_name='数据单元')),
                    ('received_at', models.DateTimeField(verbose_name='接收时间')),
                    ('state', models.CharField(choices=[('open', '待认领'), ('in_hand', '核查中'), ('closed', '已关闭')], default='open', max_length=8, verbose_name='状态')),
                    ('verdict', models.CharField(blank=True, choices=[('true', '属实，已处置'), ('known', '属实，本企业已先行发现'), ('false', '误报'), ('unknown', '无法核实'), ('stranger', '非本企业车辆')], max_length=8, verbose_name='结论')),
                    ('text', models.CharField(blank=True, max_length=1000, verbose_name='结论依据')),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                    ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='关闭人')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                    ('platform', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.publicplatform', verbose_name='公共平台')),
                    ('vehicle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '平台隐患反馈',
                    'indexes': [models.Index(fields=['maker', 'received_at', 'id'], name='feedback_by_received'), models.Index(fields=['maker', 'vin', 'id'], name='feedback_by_vin')],
                    'constraints': [models.UniqueConstraint(fields=('platform', 'vin', 'body'), name='feedback_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(models.Q(('verdict', ''), _negated=True), ('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='feedback_closed_with_verdict')],
                },
            ), migrations.CreateModel(
                name='FeedbackReceivedEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('vin', models.CharField(max_length=80, verbose_name='VIN')),
                    ('moment', models.DateTimeField(null=True, verbose_name='数据时间')),
                    ('body', models.CharField(max_length=120, verbose_name='数据单元')),
                    ('received_at', models.DateTimeField(verbose_name='接收时间')),
                    ('state', models.CharField(choices=[('open', '待认领'), ('in_hand', '核查中'), ('closed', '已关闭')], default='open', max_length=8, verbose_name='状态')),
                    ('verdict', models.CharField(blank=True, choices=[('true', '属实，已处置'), ('known', '属实，本企业已先行发现'), ('false', '误报'), ('unknown', '无法核实'), ('stranger', '非本企业车辆')], max_length=8, verbose_name='结论')),
                    ('text', models.CharField(blank=True, max_length=1000, verbose_name='结论依据')),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                    ('closed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='关闭人')),
                    ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                    ('owner', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.feedbackreceived')),
                    ('platform', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.publicplatform', verbose_name='公共平台')),
                    ('vehicle', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='ReportDue',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('command', models.PositiveSmallIntegerField(choices=[(16, '故障监测结果'), (17, '隐患监测结果'), (18, '故障及隐患处置信息'), (19, '事故信息')], verbose_name='报文类别')),
                    ('moment', models.DateTimeField(verbose_name='数据时间')),
                    ('correction', models.PositiveSmallIntegerField(default=0, verbose_name='更正')),
                    ('body', models.CharField(max_length=120, verbose_name='数据单元')),
                    ('state', models.CharField(choices=[('due', '待交付上传'), ('handed', '待平台应答'), ('accepted', '平台已接收'), ('refused', '平台拒绝'), ('silent', '平台未应答')], default='due', max_length=8, verbose_name='状态')),
                    ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='生成时间')),
                    ('handed_at', models.DateTimeField(null=True, verbose_name='交付时间')),
                    ('sent_at', models.DateTimeField(null=True, verbose_name='发送时间')),
                    ('answered_at', models.DateTimeField(null=True, verbose_name='应答时间')),
                    ('flag', models.PositiveSmallIntegerField(default=0, verbose_name='应答标志')),
                    ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='发送次数')),
                    ('alarm', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.alarm', verbose_name='告警')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('platform', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.publicplatform', verbose_name='公共平台')),
                    ('repeats', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.reportdue', verbose_name='重发自')),
                    ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '监管报文',
                    'indexes': [models.Index(fields=['maker', 'made_at', 'id'], name='report_by_made'), models.Index(fields=['maker', 'moment', 'id'], name='report_by_moment'), models.Index(fields=['platform', 'vehicle', 'command', '-id'], name='report_last_of_vehicle'), models.Index(condition=models.Q(('state', 'due')), fields=['id'], name='report_to_hand_over')],
                    'constraints': [models.UniqueConstraint(fields=('platform', 'vehicle', 'command', 'moment', 'correction'), name='report_once')],
                },
            ), migrations.CreateModel(
                name='ReportLook',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('rule', models.CharField(max_length=48)),
                    ('moment', models.DateTimeField()),
                    ('judged', models.BooleanField(default=False)),
                    ('happened', models.BooleanField(default=False)),
                    ('handled', models.BooleanField(default=False)),
                    ('alarm', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.alarm')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle')),
                ],
            ), AddTriggers(
                triggers=[('feedbackreceived', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_feedbackreceivedevent" ("body", "closed_at", "closed_by_id", "id", "maker_id", "moment", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "received_at", "state", "text", "vehicle_id", "verdict", "vin") VALUES (NEW."body", NEW."closed_at", NEW."closed_by_id", NEW."id", NEW."maker_id", NEW."moment", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."platform_id", NEW."received_at", NEW."state", NEW."text", NEW."vehicle_id", NEW."verdict", NEW."vin"); RETURN NULL;', hash='038c7c609e12d40a49b4c438dada4d93b5a5e656', operation='INSERT', pgid='pgtrigger_insert_insert_006e1', table='exchange_feedbackreceived', when='AFTER'))), ('feedbackreceived', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_feedbackreceivedevent" ("body", "closed_at", "closed_by_id", "id", "maker_id", "moment", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "received_at", "state", "text", "vehicle_id", "verdict", "vin") VALUES (NEW."body", NEW."closed_at", NEW."closed_by_id", NEW."id", NEW."maker_id", NEW."moment", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."platform_id", NEW."received_at", NEW."state", NEW."text", NEW."vehicle_id", NEW."verdict", NEW."vin"); RETURN NULL;', hash='4ddd76398c7a829ff1d5b59ffa41919317633dd9', operation='UPDATE', pgid='pgtrigger_update_update_9b062', table='exchange_feedbackreceived', when='AFTER'))), ('feedbackreceived', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_feedbackreceivedevent" ("body", "closed_at", "closed_by_id", "id", "maker_id", "moment", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "received_at", "state", "text", "vehicle_id", "verdict", "vin") VALUES (OLD."body", OLD."closed_at", OLD."closed_by_id", OLD."id", OLD."maker_id", OLD."moment", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."platform_id", OLD."received_at", OLD."state", OLD."text", OLD."vehicle_id", OLD."verdict", OLD."vin"); RETURN NULL;', hash='e48468edaf0c10e81bc77a0025eff7d4d505945a', operation='DELETE', pgid='pgtrigger_delete_delete_98b4f', table='exchange_feedbackreceived', when='AFTER'))), ('feedbackreceivedevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3906ac8966c023b3768a083b647da3dacaa79251', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a4b0f', table='exchange_feedbackreceivedevent', when='BEFORE')))],
            ),
            walled("exchange_feedbackreceived"),
            walled("exchange_feedbackreceivedevent", append_only=True),
            walled("exchange_reportdue"),
            walled("exchange_reportlook"),
            guarded("exchange_feedbackreceivedevent"),
        ]),
    ]
