"""Nobody changes or empties the audit trail, not even the tables' owner by mistake."""

from django.db import migrations

GUARD = """
CREATE FUNCTION records_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_auditrow
    FOR EACH STATEMENT EXECUTE FUNCTION records_append_only();
"""
UNGUARD = """
DROP TRIGGER append_only ON records_auditrow;
DROP FUNCTION records_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_add_people")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
