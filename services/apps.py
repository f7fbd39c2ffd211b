from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from municipalities.actions import (
            add_check,
            add_keeper,
            add_notice_kind,
            add_withdrawal_check,
        )
        from municipalities.models import Site
        from municipalities.portal import (
            add_import_kind,
            add_runs_at,
            add_search_kind,
            add_set_up_step,
            add_what_falls,
        )
        from services.actions import (
            keep_before_calendar_changes,
            keep_before_other_calendar,
            refuse_absent,
            refuse_circle,
            refuse_forbidden_move,
            refuse_installation_outside_site,
            refuse_mirror_of_itself,
            refuse_odd_code,
            refuse_removing,
            refuse_rewriting,
            refuse_site_shorter_than_installations,
        )
        from services.models import (
            Application,
            Calendar,
            ClosedDay,
            Installation,
            OnCall,
            Order,
            OrderLine,
            OrderStep,
            Purpose,
            Subscription,
        )
        from services.portal import (
            APPLICATION,
            FOUND,
            NOTICE_KINDS,
            ORDER_FOUND,
            ORDER_NOTICES,
            add_panel,
            data_protection_panel,
            falls_with,
            impact_url,
            installed_at,
            outages_panel,
            staffing_panel,
            tasks_panel,
        )
        from services.portal.imports import IMPORTS
        from services.tasks import ask_about_outages, keep_years, tell_who_decides
        from sharedict.jobs.registry import register_chore, register_nightly

        add_runs_at(installed_at)
        for kind in IMPORTS:
            add_import_kind(kind)
        add_set_up_step(APPLICATION)
        add_what_falls(impact_url)
        for found in (*FOUND, ORDER_FOUND):
            add_search_kind(found)
        add_panel(outages_panel)
        add_panel(falls_with)
        add_panel(staffing_panel)
        add_panel(tasks_panel)
        add_panel(data_protection_panel)
        add_check(Installation, refuse_installation_outside_site)
        add_check(Installation, refuse_mirror_of_itself)
        add_check(Site, refuse_site_shorter_than_installations)
        add_check(OnCall, refuse_absent)
        add_check(Subscription, refuse_odd_code)
        add_check(Application, refuse_forbidden_move)
        add_check(Purpose, refuse_circle)
        for of_order in (Order, OrderLine, OrderStep):
            add_check(of_order, refuse_rewriting)
            add_withdrawal_check(of_order, refuse_removing)
        add_keeper(Calendar, keep_before_calendar_changes)
        add_keeper(ClosedDay, keep_before_calendar_changes)
        add_keeper(Application, keep_before_other_calendar)
        for told in (*NOTICE_KINDS, *ORDER_NOTICES):
            add_notice_kind(told)
        register_chore(ask_about_outages)
        register_nightly(keep_years)
        register_nightly(tell_who_decides)
