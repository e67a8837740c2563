"""Decisions that wait for signatures made outside the house."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sigill_store", "0004_disclosure")]
    operations = [
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=400, unique=True)),
                ("decision_id", models.CharField(max_length=32, unique=True)),
                ("content_sha256", models.BinaryField()),
                ("since", models.DateTimeField()),
                ("retention_month", models.CharField(max_length=7)),
                ("wrapped", models.BinaryField()),
                ("sealed", models.BinaryField()),
            ],
            options={"ordering": ["since", "id"]},
        ),
    ]
