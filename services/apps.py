from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from municipalities.actions import add_check
        from municipalities.portal import add_runs_at, add_set_up_step
        from services.actions import refuse_absent
        from services.models import OnCall
        from services.portal import APPLICATION, add_panel, installed_at, staffing_panel

        add_runs_at(installed_at)
        add_set_up_step(APPLICATION)
        add_check(OnCall, refuse_absent)
        add_panel(staffing_panel)
