from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from municipalities.actions import add_check
        from municipalities.models import Site
        from municipalities.portal import add_runs_at, add_set_up_step
        from services.actions import refuse_installation_outside_site, refuse_site_shorter_than_installations
        from services.models import Installation
        from services.portal import APPLICATION, installed_at

        add_runs_at(installed_at)
        add_set_up_step(APPLICATION)
        add_check(Installation, refuse_installation_outside_site)
        add_check(Site, refuse_site_shorter_than_installations)
