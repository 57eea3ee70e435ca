"""The duty roster of the desk: shifts, swaps, presence checks, hand-overs, the phone tree."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import uuid
import voltward.monitoring.models.roster
import voltward.records.protection.fields
from django.conf import settings
from django.db import migrations, models

from voltward.records.append_only import guarded
from voltward.records.tracking import AddTriggers, AtOnce
from voltward.records.wall import walled


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0041_fill_watch_limits'),
        ('records', '0101_fill_history'),
        ('records', '__first__'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='ShiftPattern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=24, verbose_name='名称')),
                ('starts', models.TimeField(verbose_name='开始')),
                ('ends', models.TimeField(verbose_name='结束')),
                ('people_needed', models.PositiveSmallIntegerField(default=1, verbose_name='需要人数')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '班次',
                'constraints': [models.UniqueConstraint(fields=('maker', 'name'), name='shift_pattern_once'), models.CheckConstraint(condition=models.Q(('people_needed__gte', 1)), name='shift_pattern_people')],
            },
        ),
        migrations.CreateModel(
            name='PhoneEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('topic', models.CharField(choices=[('fire', '火警（119）'), ('rescue', '急救（120）'), ('police', '公安交管（110、122）'), ('towing', '拖车与救援'), ('battery', '电池企业'), ('safety', '安全负责人'), ('aftersales', '售后与网点'), ('regulator', '主管部门'), ('platform', '平台故障')], max_length=12, verbose_name='事项')),
                ('position', models.PositiveSmallIntegerField(default=10, verbose_name='顺序')),
                ('name', models.CharField(max_length=80, verbose_name='联系对象')),
                ('number', models.CharField(blank=True, max_length=32, verbose_name='公开号码')),
                ('personal_number', voltward.records.protection.fields.ProtectedText(verbose_name='个人号码')),
                ('hours', models.CharField(blank=True, max_length=120, verbose_name='时间与说明')),
                ('since', models.PositiveIntegerField(verbose_name='起始版本')),
                ('until', models.PositiveIntegerField(null=True, verbose_name='终止版本')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '电话',
                'indexes': [models.Index(fields=['maker', 'topic', 'position', 'id'], name='phone_entry_in_order')],
            },
        ),
        migrations.CreateModel(
            name='PhoneTreeVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版本')),
                ('change', models.CharField(max_length=200, verbose_name='变更')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='变更时间')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='变更人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '电话树版本',
                'constraints': [models.UniqueConstraint(fields=('maker', 'number'), name='phone_tree_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=24, verbose_name='班次')),
                ('begins_at', models.DateTimeField(verbose_name='开始时间')),
                ('ends_at', models.DateTimeField(verbose_name='结束时间')),
                ('people_needed', models.PositiveSmallIntegerField(verbose_name='需要人数')),
                ('seed', models.CharField(default=voltward.monitoring.models.roster.fresh_seed, editable=False, max_length=64)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='排班时间')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('pattern', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='monitoring.shiftpattern')),
            ],
            options={
                'verbose_name': '值班',
                'indexes': [models.Index(fields=['maker', 'begins_at', 'id'], name='shift_by_begin'), models.Index(fields=['maker', 'ends_at'], name='shift_by_end')],
                'constraints': [models.UniqueConstraint(fields=('pattern', 'begins_at'), name='shift_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('begins_at'))), name='shift_has_length')],
            },
        ),
        migrations.CreateModel(
            name='ShiftPatternEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=24, verbose_name='名称')),
                ('starts', models.TimeField(verbose_name='开始')),
                ('ends', models.TimeField(verbose_name='结束')),
                ('people_needed', models.PositiveSmallIntegerField(default=1, verbose_name='需要人数')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shiftpattern')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.TextField(max_length=2000, verbose_name='交班说明')),
                ('items', models.JSONField(default=list, verbose_name='未了事项')),
                ('given_at', models.DateTimeField(verbose_name='交班时间')),
                ('taken_at', models.DateTimeField(null=True, verbose_name='接班时间')),
                ('taker_note', models.CharField(blank=True, max_length=500, verbose_name='接班说明')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='交班人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接班人')),
                ('shift', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='hand_over', to='monitoring.shift')),
            ],
            options={
                'verbose_name': '交接班',
                'indexes': [models.Index(fields=['maker', '-given_at', '-id'], name='hand_over_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('taken_at__isnull', True), ('taken_by__isnull', True)), models.Q(('taken_at__isnull', False), ('taken_by__isnull', False), models.Q(('taken_by', models.F('given_by')), _negated=True)), _connector='OR'), name='hand_over_two_people')],
            },
        ),
        migrations.CreateModel(
            name='PresenceCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('planned_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(verbose_name='查岗时间')),
                ('answer_by', models.DateTimeField(verbose_name='应答截止')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='应答时间')),
                ('escalated_at', models.DateTimeField(null=True, verbose_name='升级时间')),
                ('state', models.CharField(choices=[('waiting', '待应答'), ('answered', '已应答'), ('late', '超时应答'), ('missed', '未应答')], default='waiting', max_length=10, verbose_name='状态')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='值班人员')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.deadlinerule')),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='monitoring.shift')),
            ],
            options={
                'verbose_name': '查岗',
                'indexes': [models.Index(fields=['maker', '-asked_at', '-id'], name='presence_check_newest'), models.Index(condition=models.Q(('state', 'waiting')), fields=['answer_by'], name='presence_check_open')],
                'constraints': [models.UniqueConstraint(fields=('shift', 'person', 'planned_at'), name='presence_check_once'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('state__in', ['answered', 'late'])), models.Q(('answered_at__isnull', True), ('state__in', ['waiting', 'missed'])), _connector='OR'), name='presence_check_answered')],
            },
        ),
        migrations.CreateModel(
            name='ShiftEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=24, verbose_name='班次')),
                ('begins_at', models.DateTimeField(verbose_name='开始时间')),
                ('ends_at', models.DateTimeField(verbose_name='结束时间')),
                ('people_needed', models.PositiveSmallIntegerField(verbose_name='需要人数')),
                ('seed', models.CharField(default=voltward.monitoring.models.roster.fresh_seed, editable=False, max_length=64)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='排班时间')),
                ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shift')),
                ('pattern', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shiftpattern')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ShiftPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='排入时间')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='值班人员')),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='monitoring.shift')),
            ],
            options={
                'verbose_name': '值班人员',
                'indexes': [models.Index(fields=['person', 'shift'], name='shift_of_person')],
                'constraints': [models.UniqueConstraint(fields=('shift', 'person'), name='shift_person_once')],
            },
        ),
        migrations.CreateModel(
            name='ShiftSwap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('state', models.CharField(choices=[('asked', '待对方同意'), ('agreed', '已换班'), ('refused', '对方不同意'), ('withdrawn', '已撤回')], default='asked', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='答复时间')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='换出人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to='monitoring.shift')),
                ('taker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接替人')),
            ],
            options={
                'verbose_name': '换班',
                'indexes': [models.Index(condition=models.Q(('state', 'asked')), fields=['taker'], name='shift_swap_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('shift', 'giver'), name='shift_swap_asked_once'), models.CheckConstraint(condition=models.Q(('giver', models.F('taker')), _negated=True), name='shift_swap_two_people')],
            },
        ),
        migrations.CreateModel(
            name='PresenceCheckEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('planned_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(verbose_name='查岗时间')),
                ('answer_by', models.DateTimeField(verbose_name='应答截止')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='应答时间')),
                ('escalated_at', models.DateTimeField(null=True, verbose_name='升级时间')),
                ('state', models.CharField(choices=[('waiting', '待应答'), ('answered', '已应答'), ('late', '超时应答'), ('missed', '未应答')], default='waiting', max_length=10, verbose_name='状态')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='值班人员')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.presencecheck')),
                ('rule', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.deadlinerule')),
                ('shift', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shift')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HandOverEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('note', models.TextField(max_length=2000, verbose_name='交班说明')),
                ('items', models.JSONField(default=list, verbose_name='未了事项')),
                ('given_at', models.DateTimeField(verbose_name='交班时间')),
                ('taken_at', models.DateTimeField(null=True, verbose_name='接班时间')),
                ('taker_note', models.CharField(blank=True, max_length=500, verbose_name='接班说明')),
                ('given_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='交班人')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.handover')),
                ('taken_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接班人')),
                ('shift', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shift')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ShiftPersonEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='排入时间')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='值班人员')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shiftperson')),
                ('shift', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shift')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ShiftSwapEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('state', models.CharField(choices=[('asked', '待对方同意'), ('agreed', '已换班'), ('refused', '对方不同意'), ('withdrawn', '已撤回')], default='asked', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='答复时间')),
                ('giver', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='换出人')),
                ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shiftswap')),
                ('shift', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='monitoring.shift')),
                ('taker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接替人')),
            ],
            options={
                'abstract': False,
            },
        ),
        AddTriggers(
            triggers=[('presencecheckevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f47892284a97fca6c9fa107adc910ef6d64e8d97', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4b2ca', table='monitoring_presencecheckevent', when='BEFORE'))), ('presencecheck', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_presencecheckevent" ("answer_by", "answered_at", "asked_at", "escalated_at", "id", "maker_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "rule_id", "shift_id", "state") VALUES (NEW."answer_by", NEW."answered_at", NEW."asked_at", NEW."escalated_at", NEW."id", NEW."maker_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."planned_at", NEW."rule_id", NEW."shift_id", NEW."state"); RETURN NULL;', hash='a6e8173317afbe3383696ecdd0b9cab501199b9b', operation='INSERT', pgid='pgtrigger_insert_insert_5300c', table='monitoring_presencecheck', when='AFTER'))), ('presencecheck', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_presencecheckevent" ("answer_by", "answered_at", "asked_at", "escalated_at", "id", "maker_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "rule_id", "shift_id", "state") VALUES (NEW."answer_by", NEW."answered_at", NEW."asked_at", NEW."escalated_at", NEW."id", NEW."maker_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."planned_at", NEW."rule_id", NEW."shift_id", NEW."state"); RETURN NULL;', hash='8f0d5c1a8c2717faf9b5f1c41060057a6fe9786c', operation='UPDATE', pgid='pgtrigger_update_update_8a7af', table='monitoring_presencecheck', when='AFTER'))), ('presencecheck', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_presencecheckevent" ("answer_by", "answered_at", "asked_at", "escalated_at", "id", "maker_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "rule_id", "shift_id", "state") VALUES (OLD."answer_by", OLD."answered_at", OLD."asked_at", OLD."escalated_at", OLD."id", OLD."maker_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."planned_at", OLD."rule_id", OLD."shift_id", OLD."state"); RETURN NULL;', hash='04ce87ad1e057a5b81e2773a9d42d5bfa2660a34', operation='DELETE', pgid='pgtrigger_delete_delete_2b830', table='monitoring_presencecheck', when='AFTER'))), ('handoverevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4e291b49a176cad1366010f4267207bb783f5b0b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5c8b8', table='monitoring_handoverevent', when='BEFORE'))), ('handover', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_handoverevent" ("given_at", "given_by_id", "id", "items", "maker_id", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_id", "taken_at", "taken_by_id", "taker_note") VALUES (NEW."given_at", NEW."given_by_id", NEW."id", NEW."items", NEW."maker_id", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."shift_id", NEW."taken_at", NEW."taken_by_id", NEW."taker_note"); RETURN NULL;', hash='25d0a79b2b4e56a2c24bea17137fa186c37551d0', operation='INSERT', pgid='pgtrigger_insert_insert_31ca2', table='monitoring_handover', when='AFTER'))), ('handover', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_handoverevent" ("given_at", "given_by_id", "id", "items", "maker_id", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_id", "taken_at", "taken_by_id", "taker_note") VALUES (NEW."given_at", NEW."given_by_id", NEW."id", NEW."items", NEW."maker_id", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."shift_id", NEW."taken_at", NEW."taken_by_id", NEW."taker_note"); RETURN NULL;', hash='3e0430d805a42411086ad065f33f46f7b1d23c9d', operation='UPDATE', pgid='pgtrigger_update_update_6a9a3', table='monitoring_handover', when='AFTER'))), ('handover', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_handoverevent" ("given_at", "given_by_id", "id", "items", "maker_id", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_id", "taken_at", "taken_by_id", "taker_note") VALUES (OLD."given_at", OLD."given_by_id", OLD."id", OLD."items", OLD."maker_id", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."shift_id", OLD."taken_at", OLD."taken_by_id", OLD."taker_note"); RETURN NULL;', hash='56cb54d542def6cd3efafe6614e04ca8530b2939', operation='DELETE', pgid='pgtrigger_delete_delete_07bd8', table='monitoring_handover', when='AFTER'))), ('shiftpattern', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_shiftpatternevent" ("closed_at", "ends", "id", "maker_id", "name", "people_needed", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (NEW."closed_at", NEW."ends", NEW."id", NEW."maker_id", NEW."name", NEW."people_needed", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."starts"); RETURN NULL;', hash='5137161dd87828ba4d95d1602769b3054adb7cb3', operation='INSERT', pgid='pgtrigger_insert_insert_6ad08', table='monitoring_shiftpattern', when='AFTER'))), ('shiftpattern', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_shiftpatternevent" ("closed_at", "ends", "id", "maker_id", "name", "people_needed", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (NEW."closed_at", NEW."ends", NEW."id", NEW."maker_id", NEW."name", NEW."people_needed", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."starts"); RETURN NULL;', hash='d46ed4c2b5a74eff7565d337ad7b5bf7c5123c6d', operation='UPDATE', pgid='pgtrigger_update_update_ce940', table='monitoring_shiftpattern', when='AFTER'))), ('shiftpattern', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_shiftpatternevent" ("closed_at", "ends", "id", "maker_id", "name", "people_needed", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (OLD."closed_at", OLD."ends", OLD."id", OLD."maker_id", OLD."name", OLD."people_needed", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."starts"); RETURN NULL;', hash='b196a92c7330e78b814753a54d63cbda7e5570a6', operation='DELETE', pgid='pgtrigger_delete_delete_be02f', table='monitoring_shiftpattern', when='AFTER'))), ('shiftevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0a685b8a23b126aabe7cbe9da133cc7f9890f6e2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e79ba', table='monitoring_shiftevent', when='BEFORE'))), ('shift', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_shiftevent" ("begins_at", "ends_at", "id", "made_at", "made_by_id", "maker_id", "name", "pattern_id", "people_needed", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "seed") VALUES (NEW."begins_at", NEW."ends_at", NEW."id", NEW."made_at", NEW."made_by_id", NEW."maker_id", NEW."name", NEW."pattern_id", NEW."people_needed", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."seed"); RETURN NULL;', hash='7d893bbabb775eb4ece1d9e2b7514889733de0ab', operation='INSERT', pgid='pgtrigger_insert_insert_0b171', table='monitoring_shift', when='AFTER'))), ('shift', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_shiftevent" ("begins_at", "ends_at", "id", "made_at", "made_by_id", "maker_id", "name", "pattern_id", "people_needed", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "seed") VALUES (NEW."begins_at", NEW."ends_at", NEW."id", NEW."made_at", NEW."made_by_id", NEW."maker_id", NEW."name", NEW."pattern_id", NEW."people_needed", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."seed"); RETURN NULL;', hash='5b6fcc977f0098f52442a257fb89de29216c6e7e', operation='UPDATE', pgid='pgtrigger_update_update_508ac', table='monitoring_shift', when='AFTER'))), ('shift', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_shiftevent" ("begins_at", "ends_at", "id", "made_at", "made_by_id", "maker_id", "name", "pattern_id", "people_needed", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "seed") VALUES (OLD."begins_at", OLD."ends_at", OLD."id", OLD."made_at", OLD."made_by_id", OLD."maker_id", OLD."name", OLD."pattern_id", OLD."people_needed", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."seed"); RETURN NULL;', hash='2c232359be4a40f08aa3277760c83ff03ab27aeb', operation='DELETE', pgid='pgtrigger_delete_delete_946fd', table='monitoring_shift', when='AFTER'))), ('shiftpatternevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6d47434cf6996339bae7c3843bd042ffcca42a62', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_15df7', table='monitoring_shiftpatternevent', when='BEFORE'))), ('shiftperson', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_shiftpersonevent" ("id", "maker_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_id", "since") VALUES (NEW."id", NEW."maker_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."shift_id", NEW."since"); RETURN NULL;', hash='25331230853f0abf67d9f5e11d634ae042dca076', operation='INSERT', pgid='pgtrigger_insert_insert_7ef4e', table='monitoring_shiftperson', when='AFTER'))), ('shiftperson', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_shiftpersonevent" ("id", "maker_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_id", "since") VALUES (NEW."id", NEW."maker_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."shift_id", NEW."since"); RETURN NULL;', hash='faff18e1e31eef7f032864b771d5181a4dde0050', operation='UPDATE', pgid='pgtrigger_update_update_cd982', table='monitoring_shiftperson', when='AFTER'))), ('shiftperson', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_shiftpersonevent" ("id", "maker_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_id", "since") VALUES (OLD."id", OLD."maker_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."shift_id", OLD."since"); RETURN NULL;', hash='c279c63b873138e89fa2744171a1d65ec9dc30a7', operation='DELETE', pgid='pgtrigger_delete_delete_4d0e0', table='monitoring_shiftperson', when='AFTER'))), ('shiftpersonevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8fe6de4962b662e7efd6b337d79a06d91beceb12', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1bc74', table='monitoring_shiftpersonevent', when='BEFORE'))), ('shiftswap', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_shiftswapevent" ("asked_at", "decided_at", "giver_id", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_id", "state", "taker_id") VALUES (NEW."asked_at", NEW."decided_at", NEW."giver_id", NEW."id", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."reason", NEW."shift_id", NEW."state", NEW."taker_id"); RETURN NULL;', hash='e9db7a120bb6d18bfb095ba4dc3e784e8ee1baab', operation='INSERT', pgid='pgtrigger_insert_insert_a24dc', table='monitoring_shiftswap', when='AFTER'))), ('shiftswap', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "monitoring_shiftswapevent" ("asked_at", "decided_at", "giver_id", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_id", "state", "taker_id") VALUES (NEW."asked_at", NEW."decided_at", NEW."giver_id", NEW."id", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."reason", NEW."shift_id", NEW."state", NEW."taker_id"); RETURN NULL;', hash='8762f8c96e5f65f78c712ebe489b5a756893166e', operation='UPDATE', pgid='pgtrigger_update_update_06d1a', table='monitoring_shiftswap', when='AFTER'))), ('shiftswap', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "monitoring_shiftswapevent" ("asked_at", "decided_at", "giver_id", "id", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_id", "state", "taker_id") VALUES (OLD."asked_at", OLD."decided_at", OLD."giver_id", OLD."id", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."reason", OLD."shift_id", OLD."state", OLD."taker_id"); RETURN NULL;', hash='90a908b5bd4acff8568adb94981560c3de066e4d', operation='DELETE', pgid='pgtrigger_delete_delete_cd1bf', table='monitoring_shiftswap', when='AFTER'))), ('shiftswapevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='98711a24d3b146f8f6ce3c42002dfcc85a17441b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_87073', table='monitoring_shiftswapevent', when='BEFORE')))],
        ),
        walled("monitoring_shiftpattern"),
        walled("monitoring_shiftpatternevent", append_only=True),
        walled("monitoring_shift"),
        walled("monitoring_shiftevent", append_only=True),
        walled("monitoring_shiftperson"),
        walled("monitoring_shiftpersonevent", append_only=True),
        walled("monitoring_shiftswap"),
        walled("monitoring_shiftswapevent", append_only=True),
        walled("monitoring_presencecheck"),
        walled("monitoring_presencecheckevent", append_only=True),
        walled("monitoring_handover"),
        walled("monitoring_handoverevent", append_only=True),
        walled("monitoring_phonetreeversion", append_only=True),
        walled("monitoring_phoneentry"),
        guarded("monitoring_shiftpatternevent"),
        guarded("monitoring_shiftevent"),
        guarded("monitoring_shiftpersonevent"),
        guarded("monitoring_shiftswapevent"),
        guarded("monitoring_presencecheckevent"),
        guarded("monitoring_handoverevent"),
        guarded("monitoring_phonetreeversion"),
    ])]
