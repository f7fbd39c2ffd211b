from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from municipalities.portal import add_runs_at, add_search_kind, add_set_up_step
        from services.portal import APPLICATION, FOUND, installed_at

        add_runs_at(installed_at)
        add_set_up_step(APPLICATION)
        add_search_kind(FOUND)
