from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgreementsConfig(AppConfig):
    name = "agreements"
    verbose_name = _("Agreements")

    def ready(self) -> None:
        from agreements.actions import refuse_needed_member
        from agreements.portal import FOUND, KEY, TERM, terms_panel
        from municipalities.actions import add_withdrawal_check
        from municipalities.models import Member
        from municipalities.portal import add_search_kind, add_set_up_step
        from services.portal import add_panel

        add_panel(terms_panel)
        add_withdrawal_check(Member, refuse_needed_member)
        add_set_up_step(KEY)
        add_set_up_step(TERM)
        for found in FOUND:
            add_search_kind(found)
