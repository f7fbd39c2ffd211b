"""Changing which key divides which costs, and who pays."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, FixedPart, Term
from municipalities.actions import save_row
from municipalities.models import Member, Municipality
from services.models import Subscription


@transaction.atomic
def save_term(*, term: Term, named: Sequence[Municipality], by: object) -> Term:
    """Add or change a term together with the municipalities it names.

    Raises ValidationError when it should name some and does not.
    """
    refuse_nobody_named(term, named)
    chosen = named if term.payers == Term.Payers.NAMED else ()
    return save_row(row=term, by=by, chosen={"named": chosen})


@transaction.atomic
def begin_term(*, agreement: Agreement, term: Term, by: object) -> Term:
    """Add ``agreement``, unless it is there, and ``term``, which names nobody, under it."""
    if not agreement.pk:
        save_row(row=agreement, by=by)
    term.agreement = agreement
    return save_term(term=term, named=(), by=by)


def refuse_nobody_named(term: Term, named: Sequence[Municipality]) -> None:
    """Raise ValidationError for a term that should name municipalities and does not."""
    if term.payers == Term.Payers.NAMED and not named:
        raise ValidationError({"named": _("Name at least one municipality, or choose who pays otherwise.")})


def named_otherwise(term: Term, named: Sequence[Municipality]) -> bool:
    """Whether ``term`` names others now than it would with ``named``."""
    was = set(term.named.values_list("pk", flat=True)) if term.pk else set()
    chosen = named if term.payers == Term.Payers.NAMED else ()
    return {municipality.pk for municipality in chosen} != was


def refuse_needed_member(member: Member) -> None:
    """Raise ValidationError for the only membership of a municipality that would go on paying without it.

    Whoever uses something, is named by a term or has a fixed part pays, a member or not: what ends with a
    membership is told where it ends, and nothing would be where it had never been.
    """
    municipality, cooperation = member.municipality, member.cooperation
    if Member.objects.of(cooperation).filter(municipality=municipality).exclude(pk=member.pk).exists():
        return
    fixed = FixedPart.objects.filter(cooperation=cooperation, municipality=municipality)
    needed = {
        _("subscriptions"): Subscription.objects.of(cooperation).filter(municipality=municipality).exists(),
        _("terms that name it"): Term.objects.of(cooperation).filter(named=municipality).exists(),
        _("fixed parts of keys"): fixed.exists(),
    }
    found = [what for what, is_needed in needed.items() if is_needed]
    if found:
        said = _("%(name)s would go on paying without a membership. Take these away first: %(what)s.")
        raise ValidationError(said % {"name": municipality, "what": ", ".join(found)})
