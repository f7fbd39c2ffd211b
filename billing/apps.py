from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from billing.actions import refuse_other_currency, refuse_other_first_month
        from billing.portal import effect_of_changes, refuse_used
        from billing.portal.found import COST as FOUND_COST
        from billing.portal.imports import CostImport
        from billing.portal.notices import KINDS as NOTICE_KINDS
        from billing.portal.orders import effect_panel
        from billing.portal.outages import costs_of_outage
        from billing.portal.previews import KINDS, payers_with_changes, preview_of_changes
        from billing.portal.services import cost_of_application, costs_of_application, opening_of_own
        from billing.portal.set_up import CLOSING, COST
        from billing.reports.ordered import effect_of
        from billing.tasks import drop_old_runs, drop_superseded, recompute_touched
        from municipalities.actions import add_check, add_notice_kind, add_withdrawal_check
        from municipalities.models import Cooperation
        from municipalities.portal import (
            add_effect_of,
            add_import_kind,
            add_preview_of,
            add_search_kind,
            add_set_up_step,
            add_would_pay,
        )
        from services.actions import add_order_effect
        from services.portal import add_facts, add_opening, add_order_panel, add_outage_panel, add_panel
        from sharedict.common.models import Fact
        from sharedict.jobs.registry import FACTS_CHANGED, register, register_chore, register_nightly

        register(FACTS_CHANGED, recompute_touched)
        register_chore(drop_superseded)
        register_nightly(drop_old_runs)
        add_check(Cooperation, refuse_other_currency)
        add_check(Cooperation, refuse_other_first_month)
        add_withdrawal_check(Fact, refuse_used)
        add_effect_of(effect_of_changes)
        add_preview_of(KINDS, preview_of_changes)
        add_would_pay(payers_with_changes)
        add_import_kind(CostImport())
        add_search_kind(FOUND_COST)
        add_facts(cost_of_application)
        add_opening(opening_of_own)
        add_panel(costs_of_application)
        add_outage_panel(costs_of_outage)
        add_order_effect(effect_of)
        add_order_panel(effect_panel)
        for told in NOTICE_KINDS:
            add_notice_kind(told)
        add_set_up_step(COST)
        add_set_up_step(CLOSING)
        from billing.tasks.papers import set_papers

        register_chore(set_papers)
