"""What a comparison waits for is a column; of those that were judged before, it is read from the report."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("models_registry", "Comparison").objects
    for row in rows.filter(verdict="discard").only("pk", "report").iterator(chunk_size=100):
        open_ = [reason["code"] for reason in row.report.get("reasons", []) if not reason["passed"]]
        if open_ == ["approval_needed"]:
            rows.filter(pk=row.pk).update(asks_approval=True)


class Migration(migrations.Migration):
    dependencies = [("models_registry", "0003_shown_from")]

    operations = [
        migrations.AddField(
            model_name="comparison",
            name="asks_approval",
            field=models.BooleanField(default=False, help_text="All that is open is that a person approves"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
