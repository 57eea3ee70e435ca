"""Terminal keys, what is agreed with terminals, and what gateways noticed of both."""

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
        ('exchange', '0021_fill_quality_limits'),
        ('fleet', '0015_fill_proposal_history'),
        ('records', '0101_fill_history'),
    ]

    operations = [
        AtOnce([migrations.CreateModel(
                name='KeyGeneration',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('generation', models.BigIntegerField(default=0)),
                ],
            ), migrations.CreateModel(
                name='SecurityStream',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('stream', models.CharField(max_length=80, unique=True)),
                    ('position', models.CharField(max_length=120)),
                ],
            ), migrations.CreateModel(
                name='SealAgreement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('effective_from', models.DateField(verbose_name='生效日期')),
                    ('mode', models.CharField(choices=[('cbc', 'CBC'), ('gcm', 'GCM'), ('ecb', 'ECB')], max_length=3, verbose_name='分组模式（AES、SM4）')),
                    ('padding', models.CharField(choices=[('pkcs7', 'PKCS#7'), ('zero', '补零'), ('none', '不填充')], max_length=5, verbose_name='填充')),
                    ('vector', models.CharField(choices=[('prefix', '密文之前'), ('zero', '全零')], max_length=6, verbose_name='初始向量')),
                    ('sm2', models.CharField(choices=[('c1c3c2', 'C1C3C2'), ('c1c2c3', 'C1C2C3'), ('der', 'DER')], max_length=6, verbose_name='SM2 密文格式')),
                    ('rsa', models.CharField(choices=[('pkcs1', 'PKCS#1 v1.5'), ('oaep', 'OAEP SHA-256')], max_length=5, verbose_name='RSA 填充')),
                    ('wrap', models.CharField(choices=[('sm2', 'SM2'), ('rsa', 'RSA'), ('none', '不加密')], max_length=4, verbose_name='密钥交换的保护')),
                    ('logins_signed', models.BooleanField(default=True, verbose_name='登入须签名')),
                    ('source', models.CharField(max_length=240, verbose_name='依据')),
                    ('state', models.CharField(choices=[('proposed', '待批准'), ('approved', '已批准'), ('refused', '未批准')], default='proposed', max_length=8, verbose_name='状态')),
                    ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                    ('approval', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.approval', verbose_name='审批')),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ],
                options={
                    'verbose_name': '签名与加密约定',
                    'indexes': [models.Index(fields=['maker', 'effective_from', 'id'], name='seal_agreement_by_day')],
                },
            ), migrations.CreateModel(
                name='SealAgreementEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('effective_from', models.DateField(verbose_name='生效日期')),
                    ('mode', models.CharField(choices=[('cbc', 'CBC'), ('gcm', 'GCM'), ('ecb', 'ECB')], max_length=3, verbose_name='分组模式（AES、SM4）')),
                    ('padding', models.CharField(choices=[('pkcs7', 'PKCS#7'), ('zero', '补零'), ('none', '不填充')], max_length=5, verbose_name='填充')),
                    ('vector', models.CharField(choices=[('prefix', '密文之前'), ('zero', '全零')], max_length=6, verbose_name='初始向量')),
                    ('sm2', models.CharField(choices=[('c1c3c2', 'C1C3C2'), ('c1c2c3', 'C1C2C3'), ('der', 'DER')], max_length=6, verbose_name='SM2 密文格式')),
                    ('rsa', models.CharField(choices=[('pkcs1', 'PKCS#1 v1.5'), ('oaep', 'OAEP SHA-256')], max_length=5, verbose_name='RSA 填充')),
                    ('wrap', models.CharField(choices=[('sm2', 'SM2'), ('rsa', 'RSA'), ('none', '不加密')], max_length=4, verbose_name='密钥交换的保护')),
                    ('logins_signed', models.BooleanField(default=True, verbose_name='登入须签名')),
                    ('source', models.CharField(max_length=240, verbose_name='依据')),
                    ('state', models.CharField(choices=[('proposed', '待批准'), ('approved', '已批准'), ('refused', '未批准')], default='proposed', max_length=8, verbose_name='状态')),
                    ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='提出时间')),
                    ('approval', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.approval', verbose_name='审批')),
                    ('approved_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                    ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.sealagreement')),
                    ('proposed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='SecurityEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('vin', models.CharField(max_length=80, verbose_name='VIN')),
                    ('kind', models.CharField(choices=[('unknown_vin', '未知 VIN'), ('wrong_vin', 'VIN 与登入不符'), ('possible_clone', '疑似克隆'), ('bad_signature', '签名错误'), ('unsigned', '缺少签名'), ('downgrade', '降级到 2016 版报文'), ('no_valid_key', '无有效密钥'), ('decryption', '解密失败'), ('replayed_login', '登入报文重放'), ('replayed_data', '数据报文重放'), ('bad_secret', '平台密码错误'), ('activation', '激活申请'), ('key_exchange', '数据密钥交换')], max_length=16, verbose_name='事件')),
                    ('hour', models.DateTimeField()),
                    ('first_at', models.DateTimeField(verbose_name='首次')),
                    ('last_at', models.DateTimeField(verbose_name='最近')),
                    ('count', models.PositiveIntegerField(default=1, verbose_name='次数')),
                    ('peer', models.CharField(blank=True, max_length=44, verbose_name='来源地址')),
                    ('stream', models.CharField(max_length=40, verbose_name='网关')),
                    ('details', models.JSONField(default=dict, verbose_name='详情')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('vehicle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '安全事件',
                    'indexes': [models.Index(fields=['maker', 'last_at', 'id'], name='security_event_by_time'), models.Index(fields=['maker', 'vin', 'id'], name='security_event_by_vin'), models.Index(fields=['maker', 'count', 'id'], name='security_event_by_count')],
                    'constraints': [models.UniqueConstraint(fields=('maker', 'kind', 'vin', 'peer', 'hour'), name='security_event_once_an_hour')],
                },
            ), migrations.CreateModel(
                name='TerminalDataKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.PositiveSmallIntegerField(choices=[(3, 'AES-128'), (5, 'SM4')], verbose_name='算法')),
                    ('sealed', models.CharField(max_length=200)),
                    ('since', models.DateTimeField(verbose_name='启用时间')),
                    ('until', models.DateTimeField(verbose_name='失效时间')),
                    ('received_at', models.DateTimeField(verbose_name='收到时间')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_keys', to='fleet.vehicle')),
                ],
                options={
                    'verbose_name': '数据单元密钥',
                    'constraints': [models.UniqueConstraint(fields=('vehicle', 'kind', 'since', 'received_at'), name='terminal_data_key_once')],
                },
            ), migrations.CreateModel(
                name='TerminalKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('chip_id', models.CharField(max_length=16, validators=[django.core.validators.RegexValidator('^[!-~]{1,16}\\Z', '芯片编号应为 1 至 16 位可见 ASCII 字符。')], verbose_name='芯片编号')),
                    ('algorithm', models.CharField(choices=[('sm2', 'SM2'), ('rsa', 'RSA'), ('ecc', 'ECC')], max_length=4, verbose_name='签名算法')),
                    ('public_key', models.CharField(max_length=2400, verbose_name='公钥')),
                    ('fingerprint', models.CharField(max_length=64, verbose_name='公钥指纹')),
                    ('state', models.CharField(choices=[('registered', '预登记'), ('pending', '待批准'), ('active', '已启用'), ('revoked', '已撤销')], default='registered', max_length=10, verbose_name='状态')),
                    ('source', models.CharField(choices=[('import', '导入'), ('activation', '车端激活')], max_length=10, verbose_name='来源')),
                    ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='有效期自')),
                    ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='有效期至')),
                    ('known_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='登记时间')),
                    ('activated_at', models.DateTimeField(editable=False, null=True, verbose_name='启用时间')),
                    ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='撤销时间')),
                    ('approval', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.approval', verbose_name='审批')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                    ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terminal_keys', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'verbose_name': '终端密钥',
                    'indexes': [models.Index(fields=['maker', 'known_at', 'id'], name='terminal_key_by_time'), models.Index(fields=['maker', 'chip_id', 'id'], name='terminal_key_by_chip'), models.Index(fields=['maker', 'valid_until', 'id'], name='terminal_key_by_end')],
                    'constraints': [models.UniqueConstraint(fields=('vehicle', 'chip_id', 'fingerprint'), name='terminal_key_once'), models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('chip_id',), name='terminal_key_chip_in_use_once'), models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_from__lt', models.F('valid_until')), _connector='OR'), name='terminal_key_dates_in_order')],
                },
            ), migrations.CreateModel(
                name='TerminalKeyEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('chip_id', models.CharField(max_length=16, validators=[django.core.validators.RegexValidator('^[!-~]{1,16}\\Z', '芯片编号应为 1 至 16 位可见 ASCII 字符。')], verbose_name='芯片编号')),
                    ('algorithm', models.CharField(choices=[('sm2', 'SM2'), ('rsa', 'RSA'), ('ecc', 'ECC')], max_length=4, verbose_name='签名算法')),
                    ('public_key', models.CharField(max_length=2400, verbose_name='公钥')),
                    ('fingerprint', models.CharField(max_length=64, verbose_name='公钥指纹')),
                    ('state', models.CharField(choices=[('registered', '预登记'), ('pending', '待批准'), ('active', '已启用'), ('revoked', '已撤销')], default='registered', max_length=10, verbose_name='状态')),
                    ('source', models.CharField(choices=[('import', '导入'), ('activation', '车端激活')], max_length=10, verbose_name='来源')),
                    ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='有效期自')),
                    ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='有效期至')),
                    ('known_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='登记时间')),
                    ('activated_at', models.DateTimeField(editable=False, null=True, verbose_name='启用时间')),
                    ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='撤销时间')),
                    ('approval', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.approval', verbose_name='审批')),
                    ('maker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='records.maker')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.terminalkey')),
                    ('vehicle', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fleet.vehicle', verbose_name='车辆')),
                ],
                options={
                    'abstract': False,
                },
            ), AddTriggers(
                triggers=[('sealagreement', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_sealagreementevent" ("approval_id", "approved_by_id", "effective_from", "id", "logins_signed", "maker_id", "mode", "padding", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "rsa", "sm2", "source", "state", "vector", "wrap") VALUES (NEW."approval_id", NEW."approved_by_id", NEW."effective_from", NEW."id", NEW."logins_signed", NEW."maker_id", NEW."mode", NEW."padding", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."proposed_at", NEW."proposed_by_id", NEW."rsa", NEW."sm2", NEW."source", NEW."state", NEW."vector", NEW."wrap"); RETURN NULL;', hash='812c25940478817ec43fb44a219e5d117eb26b9a', operation='INSERT', pgid='pgtrigger_insert_insert_bd2fb', table='exchange_sealagreement', when='AFTER'))), ('sealagreement', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_sealagreementevent" ("approval_id", "approved_by_id", "effective_from", "id", "logins_signed", "maker_id", "mode", "padding", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "rsa", "sm2", "source", "state", "vector", "wrap") VALUES (NEW."approval_id", NEW."approved_by_id", NEW."effective_from", NEW."id", NEW."logins_signed", NEW."maker_id", NEW."mode", NEW."padding", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."proposed_at", NEW."proposed_by_id", NEW."rsa", NEW."sm2", NEW."source", NEW."state", NEW."vector", NEW."wrap"); RETURN NULL;', hash='52bf4e1bb9beabf3df94f949da12e72eb7442cc6', operation='UPDATE', pgid='pgtrigger_update_update_76459', table='exchange_sealagreement', when='AFTER'))), ('sealagreement', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_sealagreementevent" ("approval_id", "approved_by_id", "effective_from", "id", "logins_signed", "maker_id", "mode", "padding", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "rsa", "sm2", "source", "state", "vector", "wrap") VALUES (OLD."approval_id", OLD."approved_by_id", OLD."effective_from", OLD."id", OLD."logins_signed", OLD."maker_id", OLD."mode", OLD."padding", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."proposed_at", OLD."proposed_by_id", OLD."rsa", OLD."sm2", OLD."source", OLD."state", OLD."vector", OLD."wrap"); RETURN NULL;', hash='1497c409de05fec6464016b8480118c16aecaab3', operation='DELETE', pgid='pgtrigger_delete_delete_36842', table='exchange_sealagreement', when='AFTER'))), ('sealagreementevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3f0ecaf5839f7a233eabfa619017a6fc56c06aa3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5b324', table='exchange_sealagreementevent', when='BEFORE'))), ('terminalkey', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_terminalkeyevent" ("activated_at", "algorithm", "approval_id", "chip_id", "fingerprint", "id", "known_at", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_key", "revoked_at", "source", "state", "valid_from", "valid_until", "vehicle_id") VALUES (NEW."activated_at", NEW."algorithm", NEW."approval_id", NEW."chip_id", NEW."fingerprint", NEW."id", NEW."known_at", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."public_key", NEW."revoked_at", NEW."source", NEW."state", NEW."valid_from", NEW."valid_until", NEW."vehicle_id"); RETURN NULL;', hash='3e0009b6daf22b3122914c17481f12cd3bb1d71f', operation='INSERT', pgid='pgtrigger_insert_insert_080b7', table='exchange_terminalkey', when='AFTER'))), ('terminalkey', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_terminalkeyevent" ("activated_at", "algorithm", "approval_id", "chip_id", "fingerprint", "id", "known_at", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_key", "revoked_at", "source", "state", "valid_from", "valid_until", "vehicle_id") VALUES (NEW."activated_at", NEW."algorithm", NEW."approval_id", NEW."chip_id", NEW."fingerprint", NEW."id", NEW."known_at", NEW."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."public_key", NEW."revoked_at", NEW."source", NEW."state", NEW."valid_from", NEW."valid_until", NEW."vehicle_id"); RETURN NULL;', hash='fc84a227a643f31114d3c2bde8a5d11daf0f56dc', operation='UPDATE', pgid='pgtrigger_update_update_0ecab', table='exchange_terminalkey', when='AFTER'))), ('terminalkey', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_terminalkeyevent" ("activated_at", "algorithm", "approval_id", "chip_id", "fingerprint", "id", "known_at", "maker_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_key", "revoked_at", "source", "state", "valid_from", "valid_until", "vehicle_id") VALUES (OLD."activated_at", OLD."algorithm", OLD."approval_id", OLD."chip_id", OLD."fingerprint", OLD."id", OLD."known_at", OLD."maker_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."public_key", OLD."revoked_at", OLD."source", OLD."state", OLD."valid_from", OLD."valid_until", OLD."vehicle_id"); RETURN NULL;', hash='4889b4aa747bd06eac91f9bfc68fdb99f3006e26', operation='DELETE', pgid='pgtrigger_delete_delete_9930d', table='exchange_terminalkey', when='AFTER'))), ('terminalkeyevent', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b93f008fe137b171d4188bc66ea9841a290ed4bb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0846c', table='exchange_terminalkeyevent', when='BEFORE')))],
            ),
            walled("exchange_sealagreement"),
            walled("exchange_sealagreementevent", append_only=True),
            walled("exchange_securityevent"),
            walled("exchange_terminaldatakey"),
            walled("exchange_terminalkey"),
            walled("exchange_terminalkeyevent", append_only=True),
            guarded("exchange_sealagreementevent"),
            guarded("exchange_terminalkeyevent"),
        ]),
    ]
