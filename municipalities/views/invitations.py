"""Inviting somebody to a cooperation; and, for whoever holds the link, taking the role."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic.base import View

from municipalities.actions import (
    AcceptedError,
    Link,
    NotInvitedError,
    accept_invitation,
    address_shown,
    invite,
    invite_again,
    is_invited,
    is_new_to_us,
    link_of,
    may_invite,
    open_invitation,
    read_link,
    was_asked_twice,
    withdraw_invitation,
)
from municipalities.forms import InviteForm
from municipalities.models import Invitation
from municipalities.portal import EditorsOnly, FormPage, RowMixin
from sharedict.accounts.forms import InvitedForm
from sharedict.common.days import date_format
from sharedict.common.sight import of_cooperation, seeing


def state_of(invitation: Invitation) -> tuple[str, str]:
    """How it stands, in a few words, and how much that matters."""
    day = date_format(timezone.localtime(invitation.expires_at), "j F Y")
    if not may_invite(invitation):
        return _("Void: whoever invited is not administrator any more"), "warning"
    if invitation.expires_at <= timezone.now():
        return _("Expired on %(day)s") % {"day": day}, "warning"
    if invitation.failure:
        return _("Not sent yet: %(why)s") % {"why": invitation.failure}, "warning"
    if settings.SENDS_MAIL and not invitation.sent_at:
        return _("Being sent"), "info"
    return _("Open until %(day)s") % {"day": day}, "ok"


class Invite(FormPage):
    form_class = InviteForm
    title = gettext_lazy("Invite somebody")
    submit_label = gettext_lazy("Invite them")
    done_name = "roles"
    lead = gettext_lazy(
        "They take the role by a link that works once, within 14 days: with the sign-in that they have, or a "
        "new one."
    )

    def save(self, form: Any) -> Invitation:
        fields = ("email", "kind", "municipality")
        chosen = {name: form.cleaned_data[name] for name in fields}
        return invite(cooperation=self.cooperation, by=self.viewer, **chosen)

    def done(self, row: Invitation) -> HttpResponse:
        messages.success(self.request, said_of(row))
        return redirect(self.url("invitation", row.pk))


def said_of(invitation: Invitation) -> str:
    if settings.SENDS_MAIL:
        return _("A letter goes to %(email)s.") % {"email": invitation.email}
    return _("%(email)s is invited: hand over the link.") % {"email": invitation.email}


def link_to_hand_over(invitation: Invitation) -> str:
    """Where nothing is sent; what a letter brought is of whoever got the letter alone."""
    return "" if settings.SENDS_MAIL or invitation.sent_at else link_of(invitation)


class InvitationPage(RowMixin, EditorsOnly):
    """How one stands; it is sent again or withdrawn here. Where no mail is sent, its link is handed over."""

    model = Invitation

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        if row.accepted_at or row.withdrawn_at:
            messages.info(request, _("This invitation is over."))
            return redirect(self.url("roles"))
        label, variant = state_of(row)
        facts = [
            (_("Role"), row.role),
            (_("Invited by"), str(row.invited_by)),
            (_("Invited on"), date_format(timezone.localtime(row.invited_at), "j F Y H:i")),
        ]
        context = {
            "title": _("Invitation of %(email)s") % {"email": row.email},
            "facts": facts,
            "state": label,
            "variant": variant,
            "link": link_to_hand_over(row),
            "sends": settings.SENDS_MAIL,
            "cancel_url": self.url("roles"),
        }
        return self.page("municipalities/invitation.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        try:
            if request.POST.get("do") == "again":
                messages.success(request, said_of(invite_again(invitation=row, by=self.viewer)))
                return redirect(self.url("invitation", row.pk))
            if request.POST.get("do") == "withdraw":
                withdraw_invitation(invitation=row, by=self.viewer)
                messages.success(request, _("The invitation is withdrawn: its link works no more."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(self.url("roles"))


class Accept(View):
    """For whoever holds the link: a sign-in of their own, or the one that they have, and the role with it."""

    link: Link
    invitation: Invitation

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.link = read_link(kwargs["secret"])
            with seeing(of_cooperation(self.link.cooperation_id)):
                self.invitation = open_invitation(self.link)
                return super().dispatch(request, *args, **kwargs)
        except NotInvitedError as error:
            if isinstance(error, AcceptedError) and request.method == "POST":
                with seeing(of_cooperation(self.link.cooperation_id)):
                    if answer := self.asked_twice(error.invitation):
                        return answer
            return render(request, "registration/not_invited.html", {"why": error.message}, status=410)

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        form = None
        email = address_shown(self.invitation)
        if not request.user.is_authenticated and is_new_to_us(self.invitation):
            form = InvitedForm(email=email, initial={"username": email})
        return self.show(form)

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        if request.user.is_authenticated:
            return self.taken(request.user)
        if not is_new_to_us(self.invitation):
            return self.show(None)
        email = address_shown(self.invitation)
        form = InvitedForm(request.POST, email=email)
        if not form.is_valid():
            return self.show(form, status=422)
        user = form.save(commit=False)
        try:
            return self.taken(user)
        except (
            IntegrityError
        ):  # somebody took the user name at the same moment: asked again, the form says so
            form = InvitedForm(request.POST, email=email)
            return self.show(form, status=422)

    def taken(self, user: Any) -> HttpResponse:
        try:
            role = accept_invitation(link=self.link, user=user)
        except ValidationError as error:
            raise NotInvitedError(" ".join(error.messages)) from None
        if not self.request.user.is_authenticated:
            login(self.request, user)
        said = _("Welcome to %(cooperation)s. You are its %(role)s.")
        told = {"cooperation": role.cooperation, "role": role.get_kind_display()}
        messages.success(self.request, said % told)
        return redirect("overview", role.cooperation.slug)

    def asked_twice(self, invitation: Invitation) -> HttpResponse | None:
        """Where the first of two clicks leads, for the second of the same person."""
        posted, user = self.request.POST, self.request.user
        typed = posted.get("username", ""), posted.get("password1", "")
        who = was_asked_twice(invitation, user if user.is_authenticated else None, *typed)
        if who is None:
            return None
        if not user.is_authenticated:
            login(self.request, who)
        return redirect("overview", invitation.cooperation.slug)

    def show(self, form: InvitedForm | None, status: int = 200) -> HttpResponse:
        user = self.request.user
        context = {
            "invitation": self.invitation,
            "form": form,
            "is_by_letter": bool(self.invitation.sent_at),
            "is_theirs": user.is_authenticated and is_invited(user, self.invitation),
        }
        return render(self.request, "registration/invited.html", context, status=status)
