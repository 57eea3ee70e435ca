"""The mark of each row that decides who may do what."""

from django.db import migrations, models

MODELS = ("apitoken", "approval", "assignment", "person")


class Migration(migrations.Migration):
    dependencies = [("records", "0095_add_list_order")]
    operations = [
        migrations.AddField(
            model_name=name,
            name="mark",
            field=models.CharField(db_default="", default="", editable=False, max_length=80),
        )
        for name in MODELS
    ]
