"""How links to public platforms encrypt and sign; a link without a row sends as before."""

import django.core.validators
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
from django.db import migrations, models

from voltward.records.append_only import guarded
from voltward.records.tracking import AddTriggers, AtOnce
from voltward.records.wall import walled


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0072_add_registrations"),
        ("records", "0101_fill_history"),
    ]

    operations = [
        migrations.AlterField(
            model_name="platformrevision",
            name="encryption",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "不加密"), (2, "RSA"), (3, "AES-128"), (4, "SM2"), (5, "SM4")],
                default=1,
                verbose_name="数据单元加密",
            ),
        ),
        migrations.AlterField(
            model_name="platformrevisionevent",
            name="encryption",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "不加密"), (2, "RSA"), (3, "AES-128"), (4, "SM2"), (5, "SM4")],
                default=1,
                verbose_name="数据单元加密",
            ),
        ),
        AtOnce(
            [
                migrations.CreateModel(
                    name="PlatformCover",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                choices=[("cbc", "CBC"), ("gcm", "GCM"), ("ecb", "ECB")],
                                default="cbc",
                                max_length=3,
                                verbose_name="分组模式（AES、SM4）",
                            ),
                        ),
                        (
                            "padding",
                            models.CharField(
                                choices=[("pkcs7", "PKCS#7"), ("zero", "补零"), ("none", "不填充")],
                                default="pkcs7",
                                max_length=5,
                                verbose_name="填充",
                            ),
                        ),
                        (
                            "vector",
                            models.CharField(
                                choices=[("prefix", "密文之前"), ("zero", "全零")],
                                default="prefix",
                                max_length=6,
                                verbose_name="初始向量",
                            ),
                        ),
                        (
                            "sm2",
                            models.CharField(
                                choices=[
                                    ("c1c3c2", "C1C3C2"),
                                    ("c1c2c3", "C1C2C3"),
                                    ("der", "DER"),
                                ],
                                default="c1c3c2",
                                max_length=6,
                                verbose_name="SM2 密文格式",
                            ),
                        ),
                        (
                            "rsa",
                            models.CharField(
                                choices=[("pkcs1", "PKCS#1 v1.5"), ("oaep", "OAEP SHA-256")],
                                default="pkcs1",
                                max_length=5,
                                verbose_name="RSA 填充",
                            ),
                        ),
                        (
                            "peer_key",
                            models.TextField(
                                blank=True,
                                max_length=4000,
                                verbose_name="对方公钥（PEM 或十六进制）",
                            ),
                        ),
                        ("sealed", models.BinaryField(null=True)),
                        (
                            "key_set_at",
                            models.DateTimeField(null=True, verbose_name="数据密钥更换时间"),
                        ),
                        (
                            "exchanges",
                            models.BooleanField(
                                default=False, verbose_name="以密钥交换（0B）下发数据密钥"
                            ),
                        ),
                        (
                            "wrap",
                            models.CharField(
                                choices=[("sm2", "SM2"), ("rsa", "RSA"), ("none", "不加密")],
                                default="sm2",
                                max_length=4,
                                verbose_name="密钥交换的保护",
                            ),
                        ),
                        (
                            "valid_h",
                            models.PositiveIntegerField(
                                default=720,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(8784),
                                ],
                                verbose_name="密钥交换的有效时间（小时）",
                            ),
                        ),
                        (
                            "login_too",
                            models.BooleanField(default=False, verbose_name="平台登入也加密"),
                        ),
                        (
                            "signature",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "不签名"),
                                    ("sm2", "SM2"),
                                    ("rsa", "RSA"),
                                    ("ecc", "ECC"),
                                ],
                                default="",
                                max_length=3,
                                verbose_name="平台签名",
                            ),
                        ),
                        (
                            "with_marker",
                            models.BooleanField(
                                default=False, verbose_name="签名范围含起始标志 FF"
                            ),
                        ),
                        (
                            "maker",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.maker",
                            ),
                        ),
                        (
                            "revision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cover",
                                to="exchange.platformrevision",
                                verbose_name="版本",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "平台加密与签名",
                    },
                ),
                migrations.CreateModel(
                    name="PlatformCoverEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("id", models.BigIntegerField()),
                        (
                            "mode",
                            models.CharField(
                                choices=[("cbc", "CBC"), ("gcm", "GCM"), ("ecb", "ECB")],
                                default="cbc",
                                max_length=3,
                                verbose_name="分组模式（AES、SM4）",
                            ),
                        ),
                        (
                            "padding",
                            models.CharField(
                                choices=[("pkcs7", "PKCS#7"), ("zero", "补零"), ("none", "不填充")],
                                default="pkcs7",
                                max_length=5,
                                verbose_name="填充",
                            ),
                        ),
                        (
                            "vector",
                            models.CharField(
                                choices=[("prefix", "密文之前"), ("zero", "全零")],
                                default="prefix",
                                max_length=6,
                                verbose_name="初始向量",
                            ),
                        ),
                        (
                            "sm2",
                            models.CharField(
                                choices=[
                                    ("c1c3c2", "C1C3C2"),
                                    ("c1c2c3", "C1C2C3"),
                                    ("der", "DER"),
                                ],
                                default="c1c3c2",
                                max_length=6,
                                verbose_name="SM2 密文格式",
                            ),
                        ),
                        (
                            "rsa",
                            models.CharField(
                                choices=[("pkcs1", "PKCS#1 v1.5"), ("oaep", "OAEP SHA-256")],
                                default="pkcs1",
                                max_length=5,
                                verbose_name="RSA 填充",
                            ),
                        ),
                        (
                            "peer_key",
                            models.TextField(
                                blank=True,
                                max_length=4000,
                                verbose_name="对方公钥（PEM 或十六进制）",
                            ),
                        ),
                        (
                            "key_set_at",
                            models.DateTimeField(null=True, verbose_name="数据密钥更换时间"),
                        ),
                        (
                            "exchanges",
                            models.BooleanField(
                                default=False, verbose_name="以密钥交换（0B）下发数据密钥"
                            ),
                        ),
                        (
                            "wrap",
                            models.CharField(
                                choices=[("sm2", "SM2"), ("rsa", "RSA"), ("none", "不加密")],
                                default="sm2",
                                max_length=4,
                                verbose_name="密钥交换的保护",
                            ),
                        ),
                        (
                            "valid_h",
                            models.PositiveIntegerField(
                                default=720,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(8784),
                                ],
                                verbose_name="密钥交换的有效时间（小时）",
                            ),
                        ),
                        (
                            "login_too",
                            models.BooleanField(default=False, verbose_name="平台登入也加密"),
                        ),
                        (
                            "signature",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "不签名"),
                                    ("sm2", "SM2"),
                                    ("rsa", "RSA"),
                                    ("ecc", "ECC"),
                                ],
                                default="",
                                max_length=3,
                                verbose_name="平台签名",
                            ),
                        ),
                        (
                            "with_marker",
                            models.BooleanField(
                                default=False, verbose_name="签名范围含起始标志 FF"
                            ),
                        ),
                        (
                            "maker",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="records.maker",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="exchange.platformcover",
                            ),
                        ),
                        (
                            "revision",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="exchange.platformrevision",
                                verbose_name="版本",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                AddTriggers(
                    triggers=[
                        (
                            "platformcover",
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "exchange_platformcoverevent" ("exchanges", "id", "key_set_at", "login_too", "maker_id", "mode", "padding", "peer_key", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision_id", "rsa", "signature", "sm2", "valid_h", "vector", "with_marker", "wrap") VALUES (NEW."exchanges", NEW."id", NEW."key_set_at", NEW."login_too", NEW."maker_id", NEW."mode", NEW."padding", NEW."peer_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."revision_id", NEW."rsa", NEW."signature", NEW."sm2", NEW."valid_h", NEW."vector", NEW."with_marker", NEW."wrap"); RETURN NULL;',
                                    hash="e4119078443c2f492af435c87d180caf89cf6f9e",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_1685a",
                                    table="exchange_platformcover",
                                    when="AFTER",
                                ),
                            ),
                        ),
                        (
                            "platformcover",
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (OLD."exchanges" IS DISTINCT FROM (NEW."exchanges") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key_set_at" IS DISTINCT FROM (NEW."key_set_at") OR OLD."login_too" IS DISTINCT FROM (NEW."login_too") OR OLD."maker_id" IS DISTINCT FROM (NEW."maker_id") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."padding" IS DISTINCT FROM (NEW."padding") OR OLD."peer_key" IS DISTINCT FROM (NEW."peer_key") OR OLD."revision_id" IS DISTINCT FROM (NEW."revision_id") OR OLD."rsa" IS DISTINCT FROM (NEW."rsa") OR OLD."signature" IS DISTINCT FROM (NEW."signature") OR OLD."sm2" IS DISTINCT FROM (NEW."sm2") OR OLD."valid_h" IS DISTINCT FROM (NEW."valid_h") OR OLD."vector" IS DISTINCT FROM (NEW."vector") OR OLD."with_marker" IS DISTINCT FROM (NEW."with_marker") OR OLD."wrap" IS DISTINCT FROM (NEW."wrap"))',
                                    func='INSERT INTO "exchange_platformcoverevent" ("exchanges", "id", "key_set_at", "login_too", "maker_id", "mode", "padding", "peer_key", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision_id", "rsa", "signature", "sm2", "valid_h", "vector", "with_marker", "wrap") VALUES (NEW."exchanges", NEW."id", NEW."key_set_at", NEW."login_too", NEW."maker_id", NEW."mode", NEW."padding", NEW."peer_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."revision_id", NEW."rsa", NEW."signature", NEW."sm2", NEW."valid_h", NEW."vector", NEW."with_marker", NEW."wrap"); RETURN NULL;',
                                    hash="9d82cdd63b84bce5bb2d4c8271405a9001246ef6",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_4462d",
                                    table="exchange_platformcover",
                                    when="AFTER",
                                ),
                            ),
                        ),
                        (
                            "platformcover",
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "exchange_platformcoverevent" ("exchanges", "id", "key_set_at", "login_too", "maker_id", "mode", "padding", "peer_key", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision_id", "rsa", "signature", "sm2", "valid_h", "vector", "with_marker", "wrap") VALUES (OLD."exchanges", OLD."id", OLD."key_set_at", OLD."login_too", OLD."maker_id", OLD."mode", OLD."padding", OLD."peer_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."revision_id", OLD."rsa", OLD."signature", OLD."sm2", OLD."valid_h", OLD."vector", OLD."with_marker", OLD."wrap"); RETURN NULL;',
                                    hash="f1fa7fb7bfe1799d02cda2dba6e5412df7551706",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_4a4ce",
                                    table="exchange_platformcover",
                                    when="AFTER",
                                ),
                            ),
                        ),
                        (
                            "platformcoverevent",
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="2617111e0d854d22397cec7825709e9e5b21e940",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_ee63e",
                                    table="exchange_platformcoverevent",
                                    when="BEFORE",
                                ),
                            ),
                        ),
                    ]
                ),
                walled("exchange_platformcover"),
                walled("exchange_platformcoverevent", append_only=True),
                guarded("exchange_platformcoverevent"),
            ]
        ),
    ]
