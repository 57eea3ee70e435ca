"""Static data of vehicles at public platforms."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from voltward.records.append_only import guarded
from voltward.records.tracking import AddTriggers, AtOnce
from voltward.records.wall import walled


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0071_fill_accident_rules'),
        ('fleet', '0015_fill_proposal_history'),
        ('records', '0101_fill_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce([
            migrations.CreateModel(
                name='StaticRegistration',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('incomplete', '缺项'), ('complete', '齐全，待备案'), ('registered', '已备案'), ('changed', '备案后有变更')], max_length=10, verbose_name='状态')),
                    ('missing', models.PositiveSmallIntegerField(default=0, verbose_name='缺项数')),
                    ('digest', models.CharField(max_length=64)),
                    ('registered', models.JSONField(null=True, verbose_name='备案内容')),
                    ('registered_digest', models.CharField(blank=True, max_length=64)),
                    ('registered_on', models.DateField(null=True, verbose_name='备案日期')),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='备案回执或说明')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('platform', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.publicplatform', verbose_name='公共平台')),
                    ('registered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registrations', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '静态数据备案',
                    'indexes': [models.Index(fields=['maker', 'state', 'id'], name='registration_by_state'), models.Index(fields=['maker', 'registered_on', 'id'], name='registration_by_day'), models.Index(fields=['maker', 'missing', 'id'], name='registration_by_missing')],
                    'constraints': [models.UniqueConstraint(fields=('platform', 'vehicle'), name='registration_once'), models.CheckConstraint(condition=models.Q(models.Q(('registered', None), ('registered_digest', ''), ('registered_on', None)), models.Q(models.Q(('registered_digest', ''), _negated=True), ('registered__isnull', False), ('registered_by__isnull', False), ('registered_on__isnull', False)), _connector='OR'), name='registered_by_somebody')],
                },
            ),
            migrations.CreateModel(
                name='StaticRegistrationEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('registered', models.JSONField(null=True, verbose_name='备案内容')),
                    ('registered_digest', models.CharField(blank=True, max_length=64)),
                    ('registered_on', models.DateField(null=True, verbose_name='备案日期')),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='备案回执或说明')),
                    ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.staticregistration')),
                    ('platform', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.publicplatform', verbose_name='公共平台')),
                    ('registered_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('vehicle', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'abstract': False,
                },
            ),
            AddTriggers(
                triggers=[('staticregistration', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_staticregistrationevent" ("id", "maker_id", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "registered", "registered_by_id", "registered_digest", "registered_on", "vehicle_id") VALUES (NEW."id", NEW."maker_id", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."platform_id", NEW."registered", NEW."registered_by_id", NEW."registered_digest", NEW."registered_on", NEW."vehicle_id"); RETURN NULL;', hash='ab27bde8f45db19135c7c6bb41a58b61225b838f', operation='INSERT', pgid='pgtrigger_insert_insert_31061', table='exchange_staticregistration', when='AFTER'))), ('staticregistration', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."maker_id" IS DISTINCT FROM (NEW."maker_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."platform_id" IS DISTINCT FROM (NEW."platform_id") OR OLD."registered" IS DISTINCT FROM (NEW."registered") OR OLD."registered_by_id" IS DISTINCT FROM (NEW."registered_by_id") OR OLD."registered_digest" IS DISTINCT FROM (NEW."registered_digest") OR OLD."registered_on" IS DISTINCT FROM (NEW."registered_on") OR OLD."vehicle_id" IS DISTINCT FROM (NEW."vehicle_id"))', func='INSERT INTO "exchange_staticregistrationevent" ("id", "maker_id", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "registered", "registered_by_id", "registered_digest", "registered_on", "vehicle_id") VALUES (NEW."id", NEW."maker_id", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."platform_id", NEW."registered", NEW."registered_by_id", NEW."registered_digest", NEW."registered_on", NEW."vehicle_id"); RETURN NULL;', hash='d2c066adbb05070efacd453e01ab2ac1544ae306', operation='UPDATE', pgid='pgtrigger_update_update_b24b7', table='exchange_staticregistration', when='AFTER'))), ('staticregistration', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_staticregistrationevent" ("id", "maker_id", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "registered", "registered_by_id", "registered_digest", "registered_on", "vehicle_id") VALUES (OLD."id", OLD."maker_id", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."platform_id", OLD."registered", OLD."registered_by_id", OLD."registered_digest", OLD."registered_on", OLD."vehicle_id"); RETURN NULL;', hash='c2d6866b6e5b10d3b6aceb6f8b112b460afdaedd', operation='DELETE', pgid='pgtrigger_delete_delete_9aa01', table='exchange_staticregistration', when='AFTER'))), ('staticregistrationevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='23633546b9d249bbcb86b4bfc76e0649221c22ab', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0b605', table='exchange_staticregistrationevent', when='BEFORE')))],
            ),
            walled("exchange_staticregistration"),
            walled("exchange_staticregistrationevent", append_only=True),
            guarded("exchange_staticregistrationevent"),
        ]),
    ]
