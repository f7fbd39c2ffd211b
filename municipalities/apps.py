from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MunicipalitiesConfig(AppConfig):
    name = "municipalities"
    verbose_name = _("Municipalities")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

        from municipalities.actions import (
            FAILED_SIGN_IN,
            LETTER,
            NOTICE_LETTER,
            PASSWORD_LETTER,
            UPLOAD,
            add_check,
            add_notice_kind,
            discard_old_uploads,
            forget_noted_failures,
            forget_old_invitations,
            forget_old_notices,
            note_password,
            note_sign_in,
            note_sign_out,
            order_note_of_failure,
            order_note_of_refusal,
            refuse_impossible_successor,
            refuse_link_outside_sites,
            refuse_site_shorter_than_links,
        )
        from municipalities.models import Link, Municipality, Site
        from municipalities.portal import (
            COOPERATION,
            INVITING,
            JOB_FAILED,
            JOINING,
            MEMBERS,
            PEOPLE,
            add_import_kind,
            add_search_kind,
            add_set_up_step,
            import_in_words,
            tell_of_failed_job,
        )
        from municipalities.portal.found import KINDS as FOUND
        from municipalities.portal.registers import KINDS
        from municipalities.reports import add_words_of
        from municipalities.tasks import (
            failed_sign_in,
            invitation_letter,
            notice_letter,
            password_letter,
            upload_step,
        )
        from sharedict.accounts.passwords import add_words
        from sharedict.accounts.signals import attempt_refused, password_changed
        from sharedict.jobs.registry import register, register_nightly, tell_of_failures

        register(LETTER, invitation_letter, attempts=20)  # nine hours: a mail server comes back
        register(PASSWORD_LETTER, password_letter)  # who waits for it would ask again
        register(NOTICE_LETTER, notice_letter, attempts=20)
        register(FAILED_SIGN_IN, failed_sign_in)
        register_nightly(forget_noted_failures)
        register_nightly(forget_old_invitations)
        register_nightly(forget_old_notices)
        tell_of_failures(tell_of_failed_job)
        for told in (INVITING, JOINING, JOB_FAILED):
            add_notice_kind(told)
        register(UPLOAD, upload_step, attempts=3)
        register_nightly(discard_old_uploads)
        for kind in KINDS:
            add_import_kind(kind)
        for found in FOUND:
            add_search_kind(found)
        add_words_of("municipalities.upload", "kind", import_in_words)
        add_check(Municipality, refuse_impossible_successor)
        add_check(Link, refuse_link_outside_sites)
        add_check(Site, refuse_site_shorter_than_links)
        add_words(Municipality.objects.names)
        user_logged_in.connect(note_sign_in, dispatch_uid="note_sign_in")
        user_logged_out.connect(note_sign_out, dispatch_uid="note_sign_out")
        user_login_failed.connect(order_note_of_failure, dispatch_uid="order_note_of_failure")
        attempt_refused.connect(order_note_of_refusal, dispatch_uid="order_note_of_refusal")
        password_changed.connect(note_password, dispatch_uid="note_password")
        for step in (COOPERATION, MEMBERS, PEOPLE):
            add_set_up_step(step)
