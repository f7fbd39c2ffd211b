from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_names_in_every_language"),
    ]

    operations = [
        migrations.AddField(
            model_name="signinfailure",
            name="device",
            field=models.CharField(blank=True, max_length=22),
        ),
        migrations.AddField(
            model_name="user",
            name="has_first_password",
            field=models.BooleanField(default=False, verbose_name="must choose a password of their own"),
        ),
    ]
