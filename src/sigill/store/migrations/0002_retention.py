"""Retention: each record's month and its own wrapped key, and the months that have been disposed of."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sigill_store", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="issue",
            name="retention_month",
            field=models.CharField(db_index=True, default="", max_length=7),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="issue", name="wrapped", field=models.BinaryField(default=b""), preserve_default=False
        ),
        migrations.AddField(model_name="issue", name="disposed", field=models.BooleanField(default=False)),
        migrations.CreateModel(
            name="Disposal",
            fields=[
                ("month", models.CharField(max_length=7, primary_key=True, serialize=False)),
                (
                    "entry",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="sigill_store.logentry"),
                ),
            ],
        ),
    ]
