from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from billing.tasks import recompute_touched
        from sharedict.jobs.registry import FACTS_CHANGED, register

        register(FACTS_CHANGED, recompute_touched)
