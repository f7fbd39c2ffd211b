from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from municipalities.actions import add_notice_kind
        from municipalities.portal import add_runs_at, add_set_up_step
        from services.portal import APPLICATION, NOTICE_KINDS, installed_at
        from services.tasks import ask_about_outages
        from sharedict.jobs.registry import register_chore

        add_runs_at(installed_at)
        add_set_up_step(APPLICATION)
        for told in NOTICE_KINDS:
            add_notice_kind(told)
        register_chore(ask_about_outages)
