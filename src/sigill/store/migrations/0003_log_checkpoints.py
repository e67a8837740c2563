"""Published checkpoints of the log, append-only like the log itself."""

from django.db import migrations, models

from sigill.store.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("sigill_store", "0002_retention")]
    operations = [
        migrations.CreateModel(
            name="LogCheckpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.BigIntegerField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        # Nor does anybody change the private side of the log, or which months have been disposed of.
        protect("sigill_store_logcheckpoint", "sigill_store_logevent", "sigill_store_disposal"),
    ]
