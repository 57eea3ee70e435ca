"""Limits as data: their sets, revisions and trials, the fault codes, and the count of changes."""

import django.core.validators
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
        ('fleet', '0015_fill_proposal_history'),
        ('monitoring', '0002_add_waiting_findings'),
        ('records', '0101_fill_history'),
        ('records', '__first__'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='FaultCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('storage', '可充电储能装置'), ('motor', '驱动电机'), ('engine', '发动机'), ('other', '其他')], max_length=8, verbose_name='故障列表')),
                ('code', models.CharField(max_length=8, validators=[django.core.validators.RegexValidator('^[0-9A-F]{8}\\Z', '故障码应为 8 位十六进制大写。')], verbose_name='故障码')),
                ('text_zh', models.CharField(max_length=200, verbose_name='中文含义')),
                ('text_en', models.CharField(blank=True, max_length=200, verbose_name='英文含义')),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '仅提示'), (1, '1 级'), (2, '2 级'), (3, '3 级')], default=0, verbose_name='故障等级')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '故障码',
                'indexes': [models.Index(fields=['maker', 'code', 'id'], name='fault_code_by_code')],
                'constraints': [models.UniqueConstraint(fields=('maker', 'kind', 'code'), name='fault_code_once')],
            },
        ),
        migrations.CreateModel(
            name='LimitGeneration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generation', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='limits_one_row')],
            },
        ),
        migrations.CreateModel(
            name='LimitSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('maker', '全企业'), ('chemistry', '电化学体系'), ('battery_type', '电池类型'), ('vehicle_model', '车型')], max_length=16, verbose_name='适用范围')),
                ('chemistry', models.CharField(blank=True, choices=[('01', '磷酸铁锂'), ('02', '锰酸锂'), ('03', '钴酸锂'), ('04', '三元材料'), ('05', '聚合物锂离子'), ('06', '超级电容器'), ('07', '钛酸锂'), ('08', '钠离子'), ('09', '固态电池'), ('FC', '燃料电池'), ('FF', '其他')], max_length=2, verbose_name='电化学体系')),
                ('battery_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='limit_sets', to='fleet.batterytype', verbose_name='电池类型')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('vehicle_model', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='limit_sets', to='fleet.vehiclemodel', verbose_name='车型')),
            ],
            options={
                'verbose_name': '限值集',
                'constraints': [models.UniqueConstraint(fields=('maker', 'scope', 'chemistry', 'battery_type', 'vehicle_model'), name='limit_set_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('battery_type', None), ('chemistry', ''), ('scope', 'maker'), ('vehicle_model', None)), models.Q(('battery_type', None), ('scope', 'chemistry'), ('vehicle_model', None), models.Q(('chemistry', ''), _negated=True)), models.Q(('battery_type__isnull', False), ('chemistry', ''), ('scope', 'battery_type'), ('vehicle_model', None)), models.Q(('battery_type', None), ('chemistry', ''), ('scope', 'vehicle_model'), ('vehicle_model__isnull', False)), _connector='OR'), name='limit_set_of_its_scope')],
            },
        ),
        migrations.CreateModel(
            name='FaultCodeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('storage', '可充电储能装置'), ('motor', '驱动电机'), ('engine', '发动机'), ('other', '其他')], max_length=8, verbose_name='故障列表')),
                ('code', models.CharField(max_length=8, validators=[django.core.validators.RegexValidator('^[0-9A-F]{8}\\Z', '故障码应为 8 位十六进制大写。')], verbose_name='故障码')),
                ('text_zh', models.CharField(max_length=200, verbose_name='中文含义')),
                ('text_en', models.CharField(blank=True, max_length=200, verbose_name='英文含义')),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '仅提示'), (1, '1 级'), (2, '2 级'), (3, '3 级')], default=0, verbose_name='故障等级')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.faultcode')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LimitRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版本')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('proposed', '待审批'), ('approved', '已批准'), ('dropped', '已作废')], default='draft', max_length=10, verbose_name='状态')),
                ('values', models.JSONField(blank=True, default=dict, verbose_name='限值')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='修订理由')),
                ('profile', models.CharField(blank=True, max_length=40, verbose_name='限值方案')),
                ('wished_from', models.DateTimeField(blank=True, null=True, verbose_name='希望生效时间')),
                ('effective_from', models.DateTimeField(null=True, verbose_name='生效时间')),
                ('drafted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='起草时间')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                ('approval', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.approval', verbose_name='审批')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('base', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.limitrevision')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='起草人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('takes_back', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.limitrevision')),
                ('limit_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='monitoring.limitset')),
            ],
            options={
                'verbose_name': '限值版本',
                'indexes': [models.Index(fields=['maker', 'state', 'effective_from'], name='limit_approved')],
                'constraints': [models.UniqueConstraint(fields=('limit_set', 'number'), name='limit_revision_once'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('limit_set',), name='limit_one_draft'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('approved_by__isnull', False), ('effective_from__isnull', False), ('proposed_by__isnull', False), models.Q(('approved_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='limit_second_person')],
            },
        ),
        migrations.CreateModel(
            name='LimitSetEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('scope', models.CharField(choices=[('maker', '全企业'), ('chemistry', '电化学体系'), ('battery_type', '电池类型'), ('vehicle_model', '车型')], max_length=16, verbose_name='适用范围')),
                ('chemistry', models.CharField(blank=True, choices=[('01', '磷酸铁锂'), ('02', '锰酸锂'), ('03', '钴酸锂'), ('04', '三元材料'), ('05', '聚合物锂离子'), ('06', '超级电容器'), ('07', '钛酸锂'), ('08', '钠离子'), ('09', '固态电池'), ('FC', '燃料电池'), ('FF', '其他')], max_length=2, verbose_name='电化学体系')),
                ('battery_type', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.batterytype', verbose_name='电池类型')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.limitset')),
                ('vehicle_model', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehiclemodel', verbose_name='车型')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LimitRevisionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField(verbose_name='版本')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('proposed', '待审批'), ('approved', '已批准'), ('dropped', '已作废')], default='draft', max_length=10, verbose_name='状态')),
                ('values', models.JSONField(blank=True, default=dict, verbose_name='限值')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='修订理由')),
                ('profile', models.CharField(blank=True, max_length=40, verbose_name='限值方案')),
                ('wished_from', models.DateTimeField(blank=True, null=True, verbose_name='希望生效时间')),
                ('effective_from', models.DateTimeField(null=True, verbose_name='生效时间')),
                ('drafted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='起草时间')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                ('approval', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.approval', verbose_name='审批')),
                ('approved_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('base', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.limitrevision')),
                ('drafted_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='起草人')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.limitrevision')),
                ('proposed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('takes_back', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.limitrevision')),
                ('limit_set', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.limitset')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LimitTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('values', models.JSONField(blank=True, default=dict, verbose_name='限值')),
                ('begins_at', models.DateTimeField(verbose_name='数据起始')),
                ('ends_at', models.DateTimeField(verbose_name='数据截止')),
                ('state', models.CharField(choices=[('waiting', '排队中'), ('running', '运行中'), ('done', '已完成'), ('failed', '失败')], default='waiting', max_length=8, verbose_name='状态')),
                ('most_vehicles', models.PositiveIntegerField(default=1000, verbose_name='最多车辆数')),
                ('vehicles_total', models.PositiveIntegerField(default=0, verbose_name='车辆数')),
                ('vehicles_done', models.PositiveIntegerField(default=0, verbose_name='已完成车辆')),
                ('rows_judged', models.PositiveBigIntegerField(default=0, verbose_name='数据行数')),
                ('result', models.JSONField(blank=True, default=dict, verbose_name='结果')),
                ('failure', models.CharField(blank=True, max_length=40, verbose_name='失败原因')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='申请时间')),
                ('done_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='monitoring.limitrevision')),
            ],
            options={
                'verbose_name': '限值试算',
                'indexes': [models.Index(fields=['revision', '-id'], name='limit_trial_of'), models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['id'], name='limit_trial_to_run')],
            },
        ),
        AddTriggers(
            triggers=[('faultcode', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_faultcodeevent" ("code", "id", "kind", "level", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "text_en", "text_zh") VALUES (NEW."code", NEW."id", NEW."kind", NEW."level", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."text_en", NEW."text_zh"); RETURN NULL;', hash='8ace79c289ce645e8ce45c16116c550aacdbfb47', operation='INSERT', pgid='pgtrigger_insert_insert_47a5e', table='monitoring_faultcode', when='AFTER'))), ('faultcode', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_faultcodeevent" ("code", "id", "kind", "level", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "text_en", "text_zh") VALUES (NEW."code", NEW."id", NEW."kind", NEW."level", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."text_en", NEW."text_zh"); RETURN NULL;', hash='d8fd2caa1e0fc87afbee3c08ee98cfadd5eac34e', operation='UPDATE', pgid='pgtrigger_update_update_85098', table='monitoring_faultcode', when='AFTER'))), ('faultcode', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_faultcodeevent" ("code", "id", "kind", "level", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "text_en", "text_zh") VALUES (OLD."code", OLD."id", OLD."kind", OLD."level", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."text_en", OLD."text_zh"); RETURN NULL;', hash='40ff0197500ccdff351d5d858f7c2da639d967ac', operation='DELETE', pgid='pgtrigger_delete_delete_49203', table='monitoring_faultcode', when='AFTER'))), ('faultcodeevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2325aa9ea413f4fd24cafaceb9440a06b79795e7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fce78', table='monitoring_faultcodeevent', when='BEFORE'))), ('limitset', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_limitsetevent" ("battery_type_id", "chemistry", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope", "vehicle_model_id") VALUES (NEW."battery_type_id", NEW."chemistry", NEW."id", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."scope", NEW."vehicle_model_id"); RETURN NULL;', hash='e99819ffe70fd7eae00bdf17443fa68a8c43cb56', operation='INSERT', pgid='pgtrigger_insert_insert_694c9', table='monitoring_limitset', when='AFTER'))), ('limitset', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_limitsetevent" ("battery_type_id", "chemistry", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope", "vehicle_model_id") VALUES (NEW."battery_type_id", NEW."chemistry", NEW."id", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."scope", NEW."vehicle_model_id"); RETURN NULL;', hash='34213c28f9b1830a679a1014f0b40353602fcbe7', operation='UPDATE', pgid='pgtrigger_update_update_b7a02', table='monitoring_limitset', when='AFTER'))), ('limitset', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_limitsetevent" ("battery_type_id", "chemistry", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope", "vehicle_model_id") VALUES (OLD."battery_type_id", OLD."chemistry", OLD."id", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."scope", OLD."vehicle_model_id"); RETURN NULL;', hash='56b9d1f472eb1274c8198e56566555995379908f', operation='DELETE', pgid='pgtrigger_delete_delete_5988e', table='monitoring_limitset', when='AFTER'))), ('limitrevisionevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='581270b7bb1ca508235d45b9f662792b1bf72b78', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_59915', table='monitoring_limitrevisionevent', when='BEFORE'))), ('limitrevision', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_limitrevisionevent" ("approval_id", "approved_at", "approved_by_id", "base_id", "drafted_at", "drafted_by_id", "effective_from", "id", "limit_set_id", "maker_id", "note", "number", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile", "proposed_by_id", "state", "takes_back_id", "values", "wished_from") VALUES (NEW."approval_id", NEW."approved_at", NEW."approved_by_id", NEW."base_id", NEW."drafted_at", NEW."drafted_by_id", NEW."effective_from", NEW."id", NEW."limit_set_id", NEW."maker_id", NEW."note", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."profile", NEW."proposed_by_id", NEW."state", NEW."takes_back_id", NEW."values", NEW."wished_from"); RETURN NULL;', hash='026b901bc1198bbc3b33fbd0475e5f743a649d0e', operation='INSERT', pgid='pgtrigger_insert_insert_0396a', table='monitoring_limitrevision', when='AFTER'))), ('limitrevision', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_limitrevisionevent" ("approval_id", "approved_at", "approved_by_id", "base_id", "drafted_at", "drafted_by_id", "effective_from", "id", "limit_set_id", "maker_id", "note", "number", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile", "proposed_by_id", "state", "takes_back_id", "values", "wished_from") VALUES (NEW."approval_id", NEW."approved_at", NEW."approved_by_id", NEW."base_id", NEW."drafted_at", NEW."drafted_by_id", NEW."effective_from", NEW."id", NEW."limit_set_id", NEW."maker_id", NEW."note", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."profile", NEW."proposed_by_id", NEW."state", NEW."takes_back_id", NEW."values", NEW."wished_from"); RETURN NULL;', hash='76e67006df474fda7d5f22ab6bd78a19aa4ca323', operation='UPDATE', pgid='pgtrigger_update_update_ddd7b', table='monitoring_limitrevision', when='AFTER'))), ('limitrevision', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_limitrevisionevent" ("approval_id", "approved_at", "approved_by_id", "base_id", "drafted_at", "drafted_by_id", "effective_from", "id", "limit_set_id", "maker_id", "note", "number", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile", "proposed_by_id", "state", "takes_back_id", "values", "wished_from") VALUES (OLD."approval_id", OLD."approved_at", OLD."approved_by_id", OLD."base_id", OLD."drafted_at", OLD."drafted_by_id", OLD."effective_from", OLD."id", OLD."limit_set_id", OLD."maker_id", OLD."note", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."profile", OLD."proposed_by_id", OLD."state", OLD."takes_back_id", OLD."values", OLD."wished_from"); RETURN NULL;', hash='1c5a0e70356fc92576a532635ecc0d9851baa64b', operation='DELETE', pgid='pgtrigger_delete_delete_10c42', table='monitoring_limitrevision', when='AFTER'))), ('limitsetevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e9a28b365615fd0b122ec860bca58701dc7f8999', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_51ec5', table='monitoring_limitsetevent', when='BEFORE')))],
        ),
        walled("monitoring_limitset"),
        walled("monitoring_limitrevision"),
        walled("monitoring_limittrial"),
        walled("monitoring_faultcode"),
        walled("monitoring_limitsetevent", append_only=True),
        walled("monitoring_limitrevisionevent", append_only=True),
        walled("monitoring_faultcodeevent", append_only=True),
        guarded("monitoring_limitsetevent"),
        guarded("monitoring_limitrevisionevent"),
        guarded("monitoring_faultcodeevent"),
    ])]
