"""Seals, the queue before them, and verifications asked for; every new audit row enters the queue."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION records_append_only();
CREATE FUNCTION records_audit_waits() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO records_auditwaiting (row_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER waits_for_seal AFTER INSERT ON records_auditrow
    FOR EACH ROW EXECUTE FUNCTION records_audit_waits();
"""
UNGUARD = """
DROP TRIGGER waits_for_seal ON records_auditrow;
DROP FUNCTION records_audit_waits();
DROP TRIGGER append_only ON records_auditseal;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0007_add_wall'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditWaiting',
            fields=[
                ('row_id', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': '待入链的审计记录',
            },
        ),
        migrations.AlterField(
            model_name='auditrow',
            name='result',
            field=models.CharField(choices=[('done', '完成'), ('read', '读取'), ('refused', '拒绝'), ('failed', '失败')], max_length=8, verbose_name='结果'),
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.BigIntegerField(verbose_name='链')),
                ('number', models.BigIntegerField(verbose_name='链上序号')),
                ('algorithm', models.CharField(max_length=8, verbose_name='杂凑算法')),
                ('previous_hash', models.BinaryField(max_length=32)),
                ('hash', models.BinaryField(max_length=32, verbose_name='杂凑值')),
                ('sealed_at', models.DateTimeField(verbose_name='入链时间')),
                ('audit_row', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='records.auditrow')),
            ],
            options={
                'verbose_name': '审计链节',
                'constraints': [models.UniqueConstraint(fields=('stream', 'number'), name='seal_stream_number')],
            },
        ),
        migrations.CreateModel(
            name='AuditVerification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='发起时间')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('rows', models.BigIntegerField(default=0, verbose_name='审计记录')),
                ('seals', models.BigIntegerField(default=0, verbose_name='链节')),
                ('checkpoints', models.BigIntegerField(default=0, verbose_name='检查点')),
                ('finding_count', models.BigIntegerField(default=0, verbose_name='发现')),
                ('findings', models.JSONField(default=list)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('maker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '审计链核验',
                'indexes': [models.Index(fields=['maker', '-asked_at'], name='verification_maker_at')],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
