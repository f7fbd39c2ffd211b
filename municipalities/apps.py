from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MunicipalitiesConfig(AppConfig):
    name = "municipalities"
    verbose_name = _("Municipalities")

    def ready(self) -> None:
        from municipalities.models import Municipality
        from sharedict.accounts.passwords import add_words

        add_words(Municipality.objects.names)
