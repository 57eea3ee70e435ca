from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("records", "0005_fill_administers")]

    operations = [
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('administers', 'system'), ('role', 'system_admin')), models.Q(('administers', 'security'), ('role', 'security_admin')), models.Q(('administers', 'audit'), ('role', 'audit_admin')), models.Q(models.Q(('role__in', ['system_admin', 'security_admin', 'audit_admin']), _negated=True), ('administers', '')), _connector='OR'), name='assignment_administers'),
        ),
    ]
