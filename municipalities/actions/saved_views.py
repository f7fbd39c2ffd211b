"""Views of lists that people keep: saved, pinned and taken away, within bounds."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from municipalities.actions.rows import changed, delete_row, lock_cooperation, save_row
from municipalities.models import SavedView

if TYPE_CHECKING:
    from sharedict.accounts.models import User

MOST_VIEWS = 50
"""So many does one person keep in a cooperation."""
MOST_PINNED = 8
"""So many are counted on one overview: each is a question of its own."""


@transaction.atomic
def save_view(*, view: SavedView, is_pinned: bool, by: "User") -> SavedView:
    """Keep ``view`` of ``by``, counted on their overview or not; raises ValidationError beyond the bounds."""
    lock_cooperation(view.cooperation_id)
    if (
        view.pk is None
        and SavedView.objects.filter(cooperation=view.cooperation_id, maker=by).count() >= MOST_VIEWS
    ):
        said = _("You keep %(most)d views here, which is as many as there may be: remove one first.")
        raise ValidationError(said % {"most": MOST_VIEWS})
    saved = save_row(row=view, by=by)
    if not saved.is_shared:
        _unpin_others(saved, by)
    return pin_view(view=saved, is_pinned=is_pinned, by=by)


@transaction.atomic
def pin_view(*, view: SavedView, is_pinned: bool, by: "User") -> SavedView:
    """Have ``view`` counted on the overview of ``by``, or no more; safe to repeat.

    Raises ValidationError where that would be more than there may be, and where ``view`` was removed or is
    shared no more since it was read.
    """
    lock_cooperation(view.cooperation_id)
    if is_pinned and not SavedView.objects.filter(Q(is_shared=True) | Q(maker=by), pk=view.pk).exists():
        raise ValidationError(_("This view is not there any more, or not for you."))
    if is_pinned == view.pinned_by.filter(pk=by.pk).exists():
        return view
    pinned = SavedView.objects.filter(cooperation=view.cooperation_id, pinned_by=by)
    if is_pinned and pinned.count() >= MOST_PINNED:
        said = _("Your overview counts %(most)d views, which is as many as it may: take one off first.")
        raise ValidationError({"is_pinned": [said % {"most": MOST_PINNED}]})
    (view.pinned_by.add if is_pinned else view.pinned_by.remove)(by)
    told = ["", "x"] if is_pinned else ["x", ""]
    changed(done=[("change", view, {"counted": told})], by=by)
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: "User") -> None:
    """Remove ``view``, also from the overviews that count it; safe to repeat."""
    lock_cooperation(view.cooperation_id)
    if not SavedView.objects.filter(pk=view.pk).exists():
        return
    view.pinned_by.clear()
    delete_row(row=view, by=by)


def _unpin_others(view: SavedView, by: "User") -> None:
    """What is shared no more is on nobody else's overview."""
    view.pinned_by.set(view.pinned_by.filter(pk=by.pk))


def forget_views_of(user: "User") -> None:
    """Remove what ``user`` kept for themselves; what they shared stays, by a person who was forgotten."""
    SavedView.objects.filter(maker=user, is_shared=False).delete()
    for view in SavedView.objects.filter(pinned_by=user):
        view.pinned_by.remove(user)
