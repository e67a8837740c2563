"""Acts and notices: written once, never changed."""

import django.db.models.deletion
from django.db import migrations, models

from sigill.store.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("sigill_store", "0003_log_checkpoints")]
    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.CharField(max_length=200, unique=True)),
                ("subject", models.CharField(db_index=True, max_length=64)),
                ("kind", models.CharField(db_index=True, max_length=32)),
                ("decision_id", models.CharField(blank=True, db_index=True, max_length=32)),
                ("at", models.DateTimeField()),
                ("data", models.BinaryField()),
                ("sealed", models.BinaryField()),
                (
                    "entry",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="sigill_store.logentry"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="sigill_store.act")),
                ("sealed", models.BinaryField()),
            ],
        ),
        protect("sigill_store_act", "sigill_store_notice"),
    ]
