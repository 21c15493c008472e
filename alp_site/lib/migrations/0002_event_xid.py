"""The transaction id of each event on PostgreSQL, where ids are no commit order (see lib.events.outbox)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def add_xid(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("ALTER TABLE lib_event ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()")
    schema_editor.execute("CREATE INDEX event_xid ON lib_event (xid, id)")


class Migration(migrations.Migration):
    dependencies = [("lib", "0001_initial")]
    operations = [migrations.RunPython(add_xid, migrations.RunPython.noop)]
