from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_share_view"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="superseded_at",
            field=models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="superseded"),
        ),
    ]
