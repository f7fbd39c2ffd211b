"""``/cooperations/`` is for those who run the installation, and ``/set-up/`` for the first of them."""

from django.db import migrations, models

TAKEN = ["accounts", "api", "cooperations", "health", "set-up", "sign-in", "sign-out", "static", "system"]


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0002_cooperations_have_a_first_month")]

    operations = [
        migrations.RemoveConstraint(model_name="cooperation", name="municipalities_cooperation_slug_free"),
        migrations.AddConstraint(
            model_name="cooperation",
            constraint=models.CheckConstraint(
                condition=models.Q(("slug__in", TAKEN), _negated=True),
                name="municipalities_cooperation_slug_free",
                violation_error_message="This address is used by the portal itself: choose another.",
            ),
        ),
    ]
