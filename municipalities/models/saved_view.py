from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import SavedViewQuerySet
from sharedict.common.models import CooperationRow, Personal

LONGEST_QUERY = 2_000


class SavedView(CooperationRow):
    """A list as somebody wants to find it again, by a name: theirs alone, or of all who have a role there.

    ``path`` is the list's address below that of the cooperation, and ``query`` what stands behind the
    question mark: filters, words, order and columns. It holds no rows, so each reader finds in it what they
    may see. ``pinned_by`` are those who want its count on their overview.
    """

    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("made by")
    )
    name = models.CharField(_("name"), max_length=80)
    path = models.CharField(_("list"), max_length=200)
    query = models.CharField(_("address"), max_length=LONGEST_QUERY, blank=True)
    is_shared = models.BooleanField(_("shared"), default=False)
    pinned_by = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("counted on the overview of"), blank=True
    )
    objects = SavedViewQuerySet.as_manager()

    personal = Personal("maker_id", frozenset({"name", "query"}))

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "maker", "name"],
                name="municipalities_savedview_name_once",
                violation_error_message=_("You have a saved view of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name
