"""Rows written before there were seals enter the queue too; repeating this changes nothing."""

from django.db import migrations

FILL = """
INSERT INTO records_auditwaiting (row_id)
SELECT r.id FROM records_auditrow r
WHERE NOT EXISTS (SELECT FROM records_auditseal s WHERE s.audit_row_id = r.id)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0010_add_seals")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
