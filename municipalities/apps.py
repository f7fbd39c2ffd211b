from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MunicipalitiesConfig(AppConfig):
    name = "municipalities"
    verbose_name = _("Municipalities")

    def ready(self) -> None:
        from municipalities.actions import LETTER, UPLOAD, discard_old_uploads
        from municipalities.models import Municipality
        from municipalities.portal import COOPERATION, MEMBERS, PEOPLE, add_import_kind, add_set_up_step
        from municipalities.portal.registers import KINDS
        from municipalities.tasks import invitation_letter, upload_step
        from sharedict.accounts.passwords import add_words
        from sharedict.jobs.registry import register, register_nightly

        register(LETTER, invitation_letter, attempts=20)  # nine hours: a mail server comes back
        register(UPLOAD, upload_step, attempts=3)
        register_nightly(discard_old_uploads)
        for kind in KINDS:
            add_import_kind(kind)
        add_words(Municipality.objects.names)
        for step in (COOPERATION, MEMBERS, PEOPLE):
            add_set_up_step(step)
