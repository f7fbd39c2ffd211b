"""A cooperation can be closed to everybody without losing anything; those that exist stay active."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0005_municipalities_may_be_merged")]

    operations = [
        migrations.AddField(
            model_name="cooperation",
            name="deactivated_at",
            field=models.DateTimeField("deactivated", null=True, blank=True, editable=False),
        ),
    ]
