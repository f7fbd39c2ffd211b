from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MunicipalitiesConfig(AppConfig):
    name = "municipalities"
    verbose_name = _("Municipalities")

    def ready(self) -> None:
        from municipalities.actions import LETTER, PASSWORD_LETTER, forget_old_invitations
        from municipalities.models import Municipality
        from municipalities.portal import COOPERATION, MEMBERS, PEOPLE, add_set_up_step
        from municipalities.tasks import invitation_letter, password_letter
        from sharedict.accounts.passwords import add_words
        from sharedict.jobs.registry import register, register_nightly

        register(LETTER, invitation_letter, attempts=20)  # nine hours: a mail server comes back
        register(PASSWORD_LETTER, password_letter)  # who waits for it would ask again
        register_nightly(forget_old_invitations)
        add_words(Municipality.objects.names)
        for step in (COOPERATION, MEMBERS, PEOPLE):
            add_set_up_step(step)
