"""Who an owner is, sealed field by field; behind the wall like everything that has a maker."""

import django.db.models.deletion
import uuid
import voltward.records.protection.fields
from django.db import migrations, models

from voltward.records.wall import walled


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0008_add_vin_reversed'),
        ('records', '0091_add_append_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnerIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', voltward.records.protection.fields.ProtectedText(verbose_name='姓名或名称')),
                ('phone', voltward.records.protection.fields.ProtectedText(verbose_name='联系电话')),
                ('phone_index', voltward.records.protection.fields.BlindIndex()),
                ('identity_number', voltward.records.protection.fields.ProtectedText(verbose_name='证件号码')),
                ('identity_number_index', voltward.records.protection.fields.BlindIndex()),
                ('address', voltward.records.protection.fields.ProtectedText(verbose_name='联系地址')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('erased_at', models.DateTimeField(editable=False, null=True, verbose_name='删除时间')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.maker')),
                ('period', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='identity', to='fleet.ownerperiod', verbose_name='所有人期间')),
            ],
            options={
                'verbose_name': '所有人身份',
            },
        ),
        walled("fleet_owneridentity"),
    ]
