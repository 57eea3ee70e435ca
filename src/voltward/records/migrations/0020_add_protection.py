import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
import voltward.records.protection.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0011_fill_waiting'),
    ]

    operations = [
        migrations.CreateModel(
            name='AttachmentLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('max_bytes', models.BigIntegerField(verbose_name='单个文件上限（字节）')),
                ('slip_hours', models.PositiveSmallIntegerField(verbose_name='误传可撤回（小时）')),
                ('source', models.CharField(max_length=200, verbose_name='依据')),
                ('confidence', models.CharField(choices=[('A', '已核对官方原文'), ('B', '二手来源'), ('C', '弱来源'), ('M', '凭记忆，待核'), ('own', '本平台默认或企业自定')], max_length=4, verbose_name='可信度')),
                ('effective_from', models.DateField(unique=True, verbose_name='生效日')),
            ],
            options={
                'verbose_name': '附件限制',
            },
        ),
        migrations.CreateModel(
            name='RetentionClass',
            fields=[
                ('code', models.CharField(max_length=32, primary_key=True, serialize=False, verbose_name='类别')),
                ('title_zh', models.CharField(max_length=120, verbose_name='中文名称')),
                ('title_en', models.CharField(max_length=120, verbose_name='英文名称')),
                ('order', models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                'verbose_name': '保存期限类别',
                'ordering': ['order', 'code'],
            },
        ),
        migrations.CreateModel(
            name='KeyRotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('master', models.CharField(max_length=32)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('reached', models.JSONField(default=dict)),
                ('rows', models.BigIntegerField(default=0)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('finished_at',), name='key_rotation_one_open', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='事由')),
                ('placed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='发起时间')),
                ('lifted_at', models.DateTimeField(null=True, verbose_name='解除时间')),
                ('lifted_reason', models.CharField(blank=True, max_length=300, verbose_name='解除理由')),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='解除人')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发起人')),
            ],
            options={
                'verbose_name': '法律保全',
            },
        ),
        migrations.CreateModel(
            name='HeldRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.CharField(max_length=120, verbose_name='记录')),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='records.legalhold')),
            ],
            options={
                'verbose_name': '保全对象',
            },
        ),
        migrations.CreateModel(
            name='PersonContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('phone', voltward.records.protection.fields.ProtectedText(verbose_name='手机号')),
                ('phone_index', voltward.records.protection.fields.BlindIndex()),
                ('email', voltward.records.protection.fields.ProtectedText(verbose_name='邮箱')),
                ('email_index', voltward.records.protection.fields.BlindIndex()),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='contact', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '联系方式',
            },
        ),
        migrations.CreateModel(
            name='ProtectedWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.CharField(max_length=120, verbose_name='记录')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='开始时间')),
                ('until', models.DateTimeField(verbose_name='截止时间')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '明文查看授权',
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('keep_years', models.PositiveSmallIntegerField(default=0, verbose_name='年')),
                ('keep_months', models.PositiveSmallIntegerField(default=0, verbose_name='月')),
                ('keep_life', models.BooleanField(default=False, verbose_name='产品寿命期')),
                ('life_years', models.PositiveSmallIntegerField(default=15, verbose_name='默认产品寿命（年）')),
                ('legal', models.BooleanField(default=False, verbose_name='法定最短期限')),
                ('then', models.CharField(choices=[('delete', '删除'), ('pseudonymise', '去标识化'), ('review', '转人工复核')], default='review', max_length=16, verbose_name='到期后')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('source', models.CharField(max_length=40, verbose_name='出处编号')),
                ('confidence', models.CharField(choices=[('A', '已核对官方原文'), ('B', '二手来源'), ('C', '弱来源'), ('M', '凭记忆，待核'), ('own', '本平台默认或企业自定')], max_length=4, verbose_name='可信度')),
                ('effective_from', models.DateField(verbose_name='生效日')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='失效日')),
                ('approval', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.approval')),
                ('maker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('replaces', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.retentionrule')),
                ('retention_class', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='records.retentionclass', verbose_name='类别')),
            ],
            options={
                'verbose_name': '保存期限规则',
            },
        ),
        migrations.CreateModel(
            name='StoredContent',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='SHA-256')),
                ('size_bytes', models.BigIntegerField(verbose_name='大小')),
                ('scan', models.CharField(choices=[('not_scanned', '未查毒'), ('waiting', '待查毒'), ('clean', '查毒通过'), ('infected', '含恶意代码')], max_length=16, verbose_name='查毒')),
                ('scanned_by', models.CharField(blank=True, max_length=80, verbose_name='查毒程序')),
                ('scan_detail', models.CharField(blank=True, max_length=200, verbose_name='查毒结果')),
                ('scanned_at', models.DateTimeField(null=True, verbose_name='查毒时间')),
                ('stored_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'verbose_name': '文件内容',
                'indexes': [models.Index(condition=models.Q(('scan', 'waiting')), fields=['stored_at'], name='content_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.CharField(max_length=120, verbose_name='记录')),
                ('name', models.CharField(max_length=200, verbose_name='文件名')),
                ('media_type', models.CharField(max_length=100, verbose_name='类型')),
                ('kept_from', models.DateField(null=True, verbose_name='起算日')),
                ('review_since', models.DateField(null=True, verbose_name='待复核自')),
                ('uploaded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='上传时间')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('retention_class', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.retentionclass', verbose_name='保存期限类别')),
                ('content', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='records.storedcontent')),
            ],
            options={
                'verbose_name': '附件',
            },
        ),
        migrations.CreateModel(
            name='DataKey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject', models.CharField(max_length=120)),
                ('algorithm', models.PositiveSmallIntegerField()),
                ('wrapped_by', models.CharField(max_length=32)),
                ('wrapped', models.BinaryField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('retired_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('maker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'indexes': [models.Index(fields=['subject'], name='data_key_subject')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('erased_at', None), ('retired_at', None)), fields=('maker', 'subject'), name='data_key_one_in_use', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('erased_at', None), ('wrapped', b''), _connector='OR'), name='data_key_erased_is_empty')],
            },
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_by', None)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='hold_lifted_by_somebody'),
        ),
        migrations.AddIndex(
            model_name='heldrecord',
            index=models.Index(fields=['record'], name='held_record'),
        ),
        migrations.AddConstraint(
            model_name='heldrecord',
            constraint=models.UniqueConstraint(fields=('hold', 'record'), name='held_once'),
        ),
        migrations.AddIndex(
            model_name='protectedwindow',
            index=models.Index(fields=['person', 'record', 'until'], name='window_open'),
        ),
        migrations.AddIndex(
            model_name='retentionrule',
            index=models.Index(fields=['retention_class', 'maker'], name='retention_of'),
        ),
        migrations.AddConstraint(
            model_name='retentionrule',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to', None), ('effective_to__gt', models.F('effective_from')), _connector='OR'), name='retention_order'),
        ),
        migrations.AddConstraint(
            model_name='retentionrule',
            constraint=models.CheckConstraint(condition=models.Q(('keep_life', False), models.Q(('keep_years__gte', 10), ('life_years__gte', 10)), _connector='OR'), name='retention_life_floor'),
        ),
        migrations.AddConstraint(
            model_name='retentionrule',
            constraint=models.CheckConstraint(condition=models.Q(('maker', None), ('approval__isnull', False), _connector='OR'), name='retention_changes_approved'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['maker', 'record', 'uploaded_at'], name='attachment_of'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['maker', 'retention_class', 'kept_from'], name='attachment_due'),
        ),
    ]
