import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0032_fill_calendar'),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticeSetting',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='notice_setting', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('order', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('inbox', '站内信'), ('email', '电子邮件'), ('wecom', '企业微信群机器人'), ('dingtalk', '钉钉群机器人'), ('feishu', '飞书群机器人'), ('sms', '短信'), ('voice', '语音电话')], max_length=12), null=True, size=None)),
                ('language', models.CharField(blank=True, max_length=16, verbose_name='语言')),
                ('email_sealed', models.BinaryField(null=True)),
                ('phone_sealed', models.BinaryField(null=True)),
            ],
            options={
                'verbose_name': '通知设置',
            },
        ),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('email', '电子邮件'), ('wecom', '企业微信群机器人'), ('dingtalk', '钉钉群机器人'), ('feishu', '飞书群机器人'), ('sms', '短信'), ('voice', '语音电话')], max_length=12, verbose_name='渠道')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('position', models.PositiveSmallIntegerField(default=10, verbose_name='顺序')),
                ('settings', models.JSONField(default=dict)),
                ('sealed', models.BinaryField(null=True)),
                ('closed_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('last_tried_at', models.DateTimeField(null=True, verbose_name='最近发送')),
                ('last_outcome', models.CharField(blank=True, max_length=8, verbose_name='最近结果')),
                ('last_answer', models.CharField(blank=True, max_length=200)),
                ('down_until', models.DateTimeField(null=True)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='channels', to='records.maker')),
            ],
            options={
                'verbose_name': '通知渠道',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveSmallIntegerField(default=0, verbose_name='升级步骤')),
                ('rank', models.PositiveSmallIntegerField(default=0)),
                ('kind', models.CharField(choices=[('inbox', '站内信'), ('email', '电子邮件'), ('wecom', '企业微信群机器人'), ('dingtalk', '钉钉群机器人'), ('feishu', '飞书群机器人'), ('sms', '短信'), ('voice', '语音电话')], max_length=12, verbose_name='渠道')),
                ('state', models.CharField(choices=[('waiting', '待发送'), ('standby', '备用'), ('sending', '发送中'), ('again', '待重试'), ('sent', '已发出'), ('failed', '失败'), ('unneeded', '无需发送')], default='waiting', max_length=12, verbose_name='状态')),
                ('due_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='尝试次数')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('sent_at', models.DateTimeField(null=True, verbose_name='发出时间')),
                ('read_at', models.DateTimeField(null=True, verbose_name='阅读时间')),
                ('channel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.channel')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to=settings.AUTH_USER_MODEL, verbose_name='接收人')),
            ],
            options={
                'verbose_name': '投递记录',
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField(verbose_name='开始时间')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('outcome', models.CharField(choices=[('begun', '进行中'), ('sent', '已发出'), ('shared', '已随同组消息发出'), ('again', '暂时失败'), ('refused', '被拒绝'), ('lost', '结果未知')], default='begun', max_length=8, verbose_name='结果')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='渠道应答')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='records.delivery')),
            ],
            options={
                'verbose_name': '尝试',
            },
        ),
        migrations.CreateModel(
            name='EscalationChain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, verbose_name='编码')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '升级链',
            },
        ),
        migrations.CreateModel(
            name='EscalationStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(verbose_name='步骤')),
                ('role', models.CharField(blank=True, max_length=32, verbose_name='角色')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('email', '电子邮件'), ('wecom', '企业微信群机器人'), ('dingtalk', '钉钉群机器人'), ('feishu', '飞书群机器人'), ('sms', '短信'), ('voice', '语音电话')], max_length=12), default=list, size=None)),
                ('wait_min', models.PositiveSmallIntegerField(verbose_name='等待（分钟）')),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='records.escalationchain')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='人员')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.post', verbose_name='岗位')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.unit', verbose_name='组织单元')),
            ],
            options={
                'verbose_name': '升级步骤',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=48, verbose_name='类型')),
                ('severity', models.PositiveSmallIntegerField(choices=[(0, '提示'), (1, '一般'), (2, '重要'), (3, '紧急')], default=1, verbose_name='级别')),
                ('subject', models.CharField(blank=True, max_length=120, verbose_name='对象')),
                ('path', models.CharField(blank=True, max_length=300)),
                ('values', models.JSONField(default=dict)),
                ('dedup_key', models.CharField(blank=True, max_length=160)),
                ('dedup_until', models.DateTimeField(null=True)),
                ('repeats', models.PositiveIntegerField(default=0, verbose_name='重复次数')),
                ('created_at', models.DateTimeField(verbose_name='时间')),
                ('step', models.PositiveSmallIntegerField(default=0, verbose_name='升级步骤')),
                ('step_due_at', models.DateTimeField(null=True, verbose_name='下次升级')),
                ('acknowledged_at', models.DateTimeField(null=True, verbose_name='确认时间')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('chain', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.escalationchain', verbose_name='升级链')),
                ('maker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '通知',
            },
        ),
        migrations.AddField(
            model_name='delivery',
            name='notice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='records.notice'),
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='确认时间')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='records.notice')),
            ],
            options={
                'verbose_name': '确认',
            },
        ),
        migrations.CreateModel(
            name='NoticeTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=48, verbose_name='类型')),
                ('language', models.CharField(max_length=16, verbose_name='语言')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('body', models.TextField(max_length=1000, verbose_name='正文')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('maker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
            ],
            options={
                'verbose_name': '通知模板',
            },
        ),
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='quiet_hours', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('starts', models.TimeField(verbose_name='开始')),
                ('ends', models.TimeField(verbose_name='结束')),
                ('passes_from', models.PositiveSmallIntegerField(choices=[(1, '一般'), (2, '重要'), (3, '紧急')], default=3, verbose_name='不受限的级别')),
            ],
            options={
                'verbose_name': '免打扰时段',
                'constraints': [models.CheckConstraint(condition=models.Q(('starts', models.F('ends')), _negated=True), name='quiet_hours_span')],
            },
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(fields=('maker', 'name'), name='channel_once'),
        ),
        migrations.AddConstraint(
            model_name='escalationchain',
            constraint=models.UniqueConstraint(fields=('maker', 'code'), name='escalation_chain_once'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.UniqueConstraint(fields=('chain', 'order'), name='escalation_step_once'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('post', None), ('role', ''), ('unit', None)), models.Q(('person', None), ('post', None), models.Q(('role', ''), _negated=True)), models.Q(('person', None), ('post__isnull', False), ('role', ''), ('unit', None)), _connector='OR'), name='escalation_step_whom'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.CheckConstraint(condition=models.Q(('wait_min__gte', 1)), name='escalation_step_wait'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['maker', '-created_at'], name='notice_maker_at'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('dedup_key', ''), _negated=True), fields=['kind', 'dedup_key', 'dedup_until'], name='notice_dedup'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('acknowledged_at__isnull', True), ('step_due_at__isnull', False)), fields=['step_due_at'], name='notice_step_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'sending', 'again'))), fields=['due_at'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('kind', 'inbox')), fields=['person', '-id'], name='delivery_inbox'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('notice', 'person', 'step', 'kind', 'channel'), name='delivery_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'inbox')), fields=('notice', 'person'), name='delivery_one_inbox'),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.UniqueConstraint(fields=('notice', 'person'), name='acknowledgement_once'),
        ),
        migrations.AddConstraint(
            model_name='noticetemplate',
            constraint=models.UniqueConstraint(fields=('maker', 'code', 'language', 'version'), name='notice_template_once', nulls_distinct=False),
        ),
    ]
