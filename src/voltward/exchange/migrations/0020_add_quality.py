"""Data quality: days of vehicles and models, limits, cases with their log."""

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
        ('records', '0101_fill_history'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='QualityCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_name', models.CharField(blank=True, max_length=80, verbose_name='车型')),
                ('code', models.CharField(max_length=32, verbose_name='错误类型')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='立项时间')),
                ('why', models.JSONField(default=dict, verbose_name='依据')),
                ('state', models.CharField(choices=[('open', '待查原因'), ('cause', '原因已查明'), ('fixed', '已整改，复测中'), ('closed', '已验证关闭')], default='open', max_length=8, verbose_name='状态')),
                ('cause', models.CharField(blank=True, max_length=1000, verbose_name='原因')),
                ('fix', models.CharField(blank=True, max_length=1000, verbose_name='整改措施')),
                ('fixed_on', models.DateField(null=True, verbose_name='整改日期')),
                ('measured', models.JSONField(default=dict, verbose_name='复测结果')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='验证人')),
                ('fixed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='整改登记人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='立项人')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                ('previous', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.qualitycase', verbose_name='上一次')),
            ],
            options={
                'verbose_name': '数据质量问题',
            },
        ),
        migrations.CreateModel(
            name='QualityCaseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('model_name', models.CharField(blank=True, max_length=80, verbose_name='车型')),
                ('code', models.CharField(max_length=32, verbose_name='错误类型')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='立项时间')),
                ('why', models.JSONField(default=dict, verbose_name='依据')),
                ('state', models.CharField(choices=[('open', '待查原因'), ('cause', '原因已查明'), ('fixed', '已整改，复测中'), ('closed', '已验证关闭')], default='open', max_length=8, verbose_name='状态')),
                ('cause', models.CharField(blank=True, max_length=1000, verbose_name='原因')),
                ('fix', models.CharField(blank=True, max_length=1000, verbose_name='整改措施')),
                ('fixed_on', models.DateField(null=True, verbose_name='整改日期')),
                ('measured', models.JSONField(default=dict, verbose_name='复测结果')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='关闭时间')),
                ('closed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='验证人')),
                ('fixed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='整改登记人')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('opened_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='立项人')),
                ('owner', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.qualitycase')),
                ('previous', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.qualitycase', verbose_name='上一次')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='QualityDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_name', models.CharField(blank=True, max_length=80, verbose_name='车型')),
                ('day', models.DateField(verbose_name='采集日期')),
                ('received_on', models.DateField(verbose_name='接收日期')),
                ('rows', models.PositiveIntegerField(verbose_name='报文数')),
                ('reissued', models.PositiveIntegerField(verbose_name='补发报文数')),
                ('realtime', models.PositiveIntegerField()),
                ('expected', models.PositiveIntegerField(verbose_name='应报数据项')),
                ('missing', models.PositiveIntegerField(verbose_name='缺失数据项')),
                ('lost', models.PositiveIntegerField(verbose_name='间隔中缺失报文')),
                ('driving_s', models.PositiveIntegerField(verbose_name='行驶时长（s）')),
                ('gap_s', models.PositiveIntegerField(verbose_name='间隔时长（s）')),
                ('delay_ms', models.BigIntegerField()),
                ('delays', models.JSONField(default=list)),
                ('begin_s', models.PositiveIntegerField()),
                ('end_s', models.PositiveIntegerField()),
                ('track_m', models.FloatField(verbose_name='里程表行程（m）')),
                ('path_m', models.FloatField(verbose_name='轨迹行程（m）')),
                ('wheel_m', models.FloatField(verbose_name='车速积分行程（m）')),
                ('errors', models.JSONField(default=dict, verbose_name='错误')),
                ('errors_number', models.PositiveIntegerField(verbose_name='错误数')),
                ('taken_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='更新时间')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
            ],
            options={
                'verbose_name': '车辆日数据质量',
            },
        ),
        migrations.CreateModel(
            name='QualityLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=48, verbose_name='编号')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('order', models.PositiveSmallIntegerField(default=1000)),
                ('title_zh', models.CharField(max_length=120, verbose_name='名称')),
                ('title_en', models.CharField(max_length=120)),
                ('value', models.FloatField(verbose_name='数值')),
                ('unit', models.CharField(blank=True, max_length=16, verbose_name='单位')),
                ('lowest', models.FloatField()),
                ('highest', models.FloatField()),
                ('source', models.CharField(max_length=240, verbose_name='依据')),
                ('confidence', models.CharField(choices=[('A', '原文核对'), ('B', '可靠转载'), ('C', '单一来源，未证实'), ('M', '工程默认值，待核对')], max_length=1, verbose_name='可信度')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('maker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '数据质量限值',
            },
        ),
        migrations.CreateModel(
            name='QualityLimitEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=48, verbose_name='编号')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('order', models.PositiveSmallIntegerField(default=1000)),
                ('title_zh', models.CharField(max_length=120, verbose_name='名称')),
                ('title_en', models.CharField(max_length=120)),
                ('value', models.FloatField(verbose_name='数值')),
                ('unit', models.CharField(blank=True, max_length=16, verbose_name='单位')),
                ('lowest', models.FloatField()),
                ('highest', models.FloatField()),
                ('source', models.CharField(max_length=240, verbose_name='依据')),
                ('confidence', models.CharField(choices=[('A', '原文核对'), ('B', '可靠转载'), ('C', '单一来源，未证实'), ('M', '工程默认值，待核对')], max_length=1, verbose_name='可信度')),
                ('effective_from', models.DateField(verbose_name='生效日期')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                ('approved_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('maker', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.qualitylimit')),
                ('proposed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='QualityModelDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_name', models.CharField(blank=True, max_length=80, verbose_name='车型')),
                ('day', models.DateField(verbose_name='日期')),
                ('vehicles', models.IntegerField(default=0)),
                ('failed', models.IntegerField(default=0)),
                ('rows', models.BigIntegerField(default=0)),
                ('reissued', models.BigIntegerField(default=0)),
                ('realtime', models.BigIntegerField(default=0)),
                ('owed', models.BigIntegerField(default=0)),
                ('missing', models.BigIntegerField(default=0)),
                ('driving_s', models.BigIntegerField(default=0)),
                ('gap_s', models.BigIntegerField(default=0)),
                ('delay_ms', models.BigIntegerField(default=0)),
                ('delays', models.JSONField(default=list)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '车型日数据质量',
            },
        ),
        migrations.CreateModel(
            name='QualityModelError',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_name', models.CharField(blank=True, max_length=80, verbose_name='车型')),
                ('day', models.DateField(verbose_name='日期')),
                ('code', models.CharField(max_length=32, verbose_name='错误类型')),
                ('count', models.BigIntegerField(default=0)),
                ('vehicles', models.IntegerField(default=0)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '车型日错误数',
            },
        ),
        migrations.CreateModel(
            name='QualityStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', '立项'), ('assigned', '分派'), ('cause', '查明原因'), ('fixed', '登记整改'), ('back', '复测仍在，退回'), ('asked', '申请验证关闭'), ('closed', '验证关闭'), ('noted', '备注')], max_length=10, verbose_name='事项')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='时间')),
                ('text', models.CharField(blank=True, max_length=1000, verbose_name='说明')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='exchange.qualitycase')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='人员')),
            ],
            options={
                'verbose_name': '数据质量问题记录',
            },
        ),
        migrations.CreateModel(
            name='QualityWaiting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vehicle_number', models.BigIntegerField()),
                ('day', models.IntegerField()),
                ('received', models.IntegerField()),
                ('body', models.JSONField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('vehicle_number', 'day', 'received'), name='quality_waiting_once')],
            },
        ),
        migrations.AddIndex(
            model_name='qualitycase',
            index=models.Index(fields=['maker', '-opened_at', '-id'], name='quality_case_by_opened'),
        ),
        migrations.AddIndex(
            model_name='qualitycase',
            index=models.Index(fields=['maker', 'fixed_on', 'id'], name='quality_case_by_fixed'),
        ),
        migrations.AddConstraint(
            model_name='qualitycase',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['cause', 'fixed', 'open'])), fields=('maker', 'model_name', 'code'), name='quality_case_open_once'),
        ),
        migrations.AddConstraint(
            model_name='qualitycase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('state', 'closed'), models.Q(('closed_by', models.F('fixed_by')), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_by__isnull', True)), _connector='OR'), name='quality_case_second_person'),
        ),
        migrations.AddConstraint(
            model_name='qualitycase',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(models.Q(('cause', ''), _negated=True), ('state', 'cause')), models.Q(models.Q(('cause', ''), _negated=True), models.Q(('fix', ''), _negated=True), ('fixed_on__isnull', False)), _connector='OR'), name='quality_case_steps'),
        ),
        migrations.AddIndex(
            model_name='qualityday',
            index=models.Index(fields=['maker', 'day', 'id'], name='quality_day_by_day'),
        ),
        migrations.AddIndex(
            model_name='qualityday',
            index=models.Index(fields=['maker', 'errors_number', 'id'], name='quality_day_by_errors'),
        ),
        migrations.AddIndex(
            model_name='qualityday',
            index=models.Index(fields=['maker', 'missing', 'id'], name='quality_day_by_missing'),
        ),
        migrations.AddIndex(
            model_name='qualityday',
            index=models.Index(fields=['maker', 'gap_s', 'id'], name='quality_day_by_gap'),
        ),
        migrations.AddConstraint(
            model_name='qualityday',
            constraint=models.UniqueConstraint(fields=('vehicle', 'day', 'received_on'), name='quality_day_once'),
        ),
        migrations.AddConstraint(
            model_name='qualitylimit',
            constraint=models.UniqueConstraint(fields=('maker', 'code', 'revision'), name='quality_limit_revision_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='qualitylimit',
            constraint=models.CheckConstraint(condition=models.Q(('maker__isnull', True), models.Q(('approved_by__isnull', False), ('proposed_by__isnull', False), models.Q(('approved_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='quality_limit_second_person'),
        ),
        migrations.AddConstraint(
            model_name='qualitylimit',
            constraint=models.CheckConstraint(condition=models.Q(('value__gte', models.F('lowest')), ('value__lte', models.F('highest'))), name='quality_limit_in_range'),
        ),
        migrations.AddConstraint(
            model_name='qualitymodelday',
            constraint=models.UniqueConstraint(fields=('maker', 'day', 'model_name'), name='quality_model_day_once'),
        ),
        migrations.AddIndex(
            model_name='qualitymodelerror',
            index=models.Index(fields=['maker', 'code', 'day'], name='quality_model_error_of_code'),
        ),
        migrations.AddConstraint(
            model_name='qualitymodelerror',
            constraint=models.UniqueConstraint(fields=('maker', 'day', 'model_name', 'code'), name='quality_model_error_once'),
        ),
        migrations.AddIndex(
            model_name='qualitystep',
            index=models.Index(fields=['case', 'id'], name='quality_step_of'),
        ),
        AddTriggers(
            triggers=[('qualitycase', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_qualitycaseevent" ("cause", "closed_at", "closed_by_id", "code", "fix", "fixed_by_id", "fixed_on", "id", "maker_id", "measured", "model_name", "opened_at", "opened_by_id", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "state", "why") VALUES (NEW."cause", NEW."closed_at", NEW."closed_by_id", NEW."code", NEW."fix", NEW."fixed_by_id", NEW."fixed_on", NEW."id", NEW."maker_id", NEW."measured", NEW."model_name", NEW."opened_at", NEW."opened_by_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."previous_id", NEW."state", NEW."why"); RETURN NULL;', hash='e573760692c99d3c42f905f93d742edaecdb203d', operation='INSERT', pgid='pgtrigger_insert_insert_e2ed9', table='exchange_qualitycase', when='AFTER'))), ('qualitycase', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_qualitycaseevent" ("cause", "closed_at", "closed_by_id", "code", "fix", "fixed_by_id", "fixed_on", "id", "maker_id", "measured", "model_name", "opened_at", "opened_by_id", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "state", "why") VALUES (NEW."cause", NEW."closed_at", NEW."closed_by_id", NEW."code", NEW."fix", NEW."fixed_by_id", NEW."fixed_on", NEW."id", NEW."maker_id", NEW."measured", NEW."model_name", NEW."opened_at", NEW."opened_by_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."previous_id", NEW."state", NEW."why"); RETURN NULL;', hash='de3035f48644ab47e7d65c5fbc8f10156db96f9a', operation='UPDATE', pgid='pgtrigger_update_update_92cb5', table='exchange_qualitycase', when='AFTER'))), ('qualitycase', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_qualitycaseevent" ("cause", "closed_at", "closed_by_id", "code", "fix", "fixed_by_id", "fixed_on", "id", "maker_id", "measured", "model_name", "opened_at", "opened_by_id", "owner_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "state", "why") VALUES (OLD."cause", OLD."closed_at", OLD."closed_by_id", OLD."code", OLD."fix", OLD."fixed_by_id", OLD."fixed_on", OLD."id", OLD."maker_id", OLD."measured", OLD."model_name", OLD."opened_at", OLD."opened_by_id", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."previous_id", OLD."state", OLD."why"); RETURN NULL;', hash='d7aa7afb49752f5e041e7c0f482d80dbbf0949bb', operation='DELETE', pgid='pgtrigger_delete_delete_722e5', table='exchange_qualitycase', when='AFTER'))), ('qualitycaseevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='48e0773b6b6d26bc09e5da1037627a488d51a45b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_666e1', table='exchange_qualitycaseevent', when='BEFORE'))), ('qualitylimit', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_qualitylimitevent" ("approved_at", "approved_by_id", "code", "confidence", "effective_from", "highest", "id", "lowest", "maker_id", "order", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "revision", "source", "title_en", "title_zh", "unit", "value") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."code", NEW."confidence", NEW."effective_from", NEW."highest", NEW."id", NEW."lowest", NEW."maker_id", NEW."order", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."proposed_by_id", NEW."revision", NEW."source", NEW."title_en", NEW."title_zh", NEW."unit", NEW."value"); RETURN NULL;', hash='8f0aa85511a6e4120d2c5f5f8b58944176c7871b', operation='INSERT', pgid='pgtrigger_insert_insert_4e2e3', table='exchange_qualitylimit', when='AFTER'))), ('qualitylimit', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_qualitylimitevent" ("approved_at", "approved_by_id", "code", "confidence", "effective_from", "highest", "id", "lowest", "maker_id", "order", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "revision", "source", "title_en", "title_zh", "unit", "value") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."code", NEW."confidence", NEW."effective_from", NEW."highest", NEW."id", NEW."lowest", NEW."maker_id", NEW."order", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."proposed_by_id", NEW."revision", NEW."source", NEW."title_en", NEW."title_zh", NEW."unit", NEW."value"); RETURN NULL;', hash='87c80ce4d81d675e36a8fa0aaa4b4b9ea8fd0823', operation='UPDATE', pgid='pgtrigger_update_update_0c53f', table='exchange_qualitylimit', when='AFTER'))), ('qualitylimit', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_qualitylimitevent" ("approved_at", "approved_by_id", "code", "confidence", "effective_from", "highest", "id", "lowest", "maker_id", "order", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "revision", "source", "title_en", "title_zh", "unit", "value") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."code", OLD."confidence", OLD."effective_from", OLD."highest", OLD."id", OLD."lowest", OLD."maker_id", OLD."order", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."proposed_by_id", OLD."revision", OLD."source", OLD."title_en", OLD."title_zh", OLD."unit", OLD."value"); RETURN NULL;', hash='85454540765b88630fe813fe80cecce068ec74ca', operation='DELETE', pgid='pgtrigger_delete_delete_68735', table='exchange_qualitylimit', when='AFTER'))), ('qualitylimitevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dea5171648d546235efb481979e0be388202de00', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1c0a7', table='exchange_qualitylimitevent', when='BEFORE')))],
        ),
        walled("exchange_qualityday"),
        walled("exchange_qualitymodelday"),
        walled("exchange_qualitymodelerror"),
        walled("exchange_qualitycase"),
        walled("exchange_qualitycaseevent", append_only=True),
        walled("exchange_qualitystep"),
        walled("exchange_qualitylimit", shared=True),
        walled("exchange_qualitylimitevent", append_only=True, shared=True),
        guarded("exchange_qualitystep"),
        guarded("exchange_qualitycaseevent"),
        guarded("exchange_qualitylimitevent"),
    ])]
