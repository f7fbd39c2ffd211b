from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0002_percentages_are_100"),
    ]

    operations = [
        migrations.AddField(
            model_name="term",
            name="after_leaving",
            field=models.BooleanField(
                default=False,
                help_text="Who has left the cooperation still pays, while subscribed or named here.",
                verbose_name="also after leaving",
            ),
        ),
    ]
