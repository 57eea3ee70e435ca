"""Takes away the second place of people's addresses: all of them lie in their contacts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0092_fill_contacts_and_words")]
    operations = [
        migrations.RemoveField("noticesetting", "email_sealed"),
        migrations.RemoveField("noticesetting", "phone_sealed"),
    ]
