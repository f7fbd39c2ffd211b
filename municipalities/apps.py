from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MunicipalitiesConfig(AppConfig):
    name = "municipalities"
    verbose_name = _("Municipalities")

    def ready(self) -> None:
        from municipalities.models import Municipality
        from municipalities.portal import COOPERATION, MEMBERS, PEOPLE, add_set_up_step
        from sharedict.accounts.passwords import add_words

        add_words(Municipality.objects.names)
        for step in (COOPERATION, MEMBERS, PEOPLE):
            add_set_up_step(step)
