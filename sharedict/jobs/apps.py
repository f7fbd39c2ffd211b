from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "sharedict.jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from sharedict.accounts.actions import forget_old_sign_ins
        from sharedict.jobs.actions import forget_done
        from sharedict.jobs.registry import register_nightly

        register_nightly(forget_old_sign_ins)
        register_nightly(forget_done)
