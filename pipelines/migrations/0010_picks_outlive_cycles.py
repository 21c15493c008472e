import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipelines", "0009_keys_apart")]

    operations = [
        migrations.AlterField(
            model_name="selectionpick",
            name="cycle",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="picks",
                to="pipelines.cycle",
            ),
        ),
    ]
