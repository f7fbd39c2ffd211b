"""Who signs in, and how often it failed."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from sharedict.accounts.usernames import refuse_address_of_another, refuse_look_alike
from sharedict.common.models import Personal, Remembered

FORGOTTEN = _("a person who was forgotten")


class User(AbstractUser, Remembered):
    """A person who can sign in. What they may see is said by their roles, which live with the cooperation."""

    is_demonstration = models.BooleanField(_("demonstration sign-in"), default=False)
    has_first_password = models.BooleanField(_("must choose a password of their own"), default=False)
    confirmed_email = models.EmailField(_("confirmed e-mail"), blank=True)
    """The address that was shown to be theirs, by a letter that they followed; maybe not the present one."""
    language = models.CharField(
        _("language of letters"), max_length=10, blank=True, choices=settings.LANGUAGES
    )
    letters = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    """The kinds of notices that they get by letter too."""
    personal = Personal("pk", frozenset({"username", "email", "first_name", "last_name"}))
    not_logged = ("password", "last_login", "has_first_password", "confirmed_email", "language", "letters")

    def __str__(self) -> str:
        return str(FORGOTTEN) if self.is_forgotten else self.get_full_name() or self.username

    def clean(self) -> None:
        """Refuse a new user name that reads like somebody else's, or is another's address."""
        super().clean()
        if self.pk is None:
            if self.email:
                refuse_address_of_another(self.username, self.email)
            others = User.objects.values_list("username", flat=True)
            refuse_look_alike(self.username, others)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write what changed since it was read, whoever saves it: who was forgotten stays so."""
        if not self._state.adding and not args and kwargs.get("update_fields") is None:
            read, held = self.as_read, self.__dict__
            names = [field.attname for field in self._meta.concrete_fields if field.attname in held]
            kwargs["update_fields"] = [each for each in names if each not in read or read[each] != held[each]]
        super().save(*args, **kwargs)

    @property
    def has_confirmed_address(self) -> bool:
        """Whether letters to ``email`` reach this person and nobody else."""
        return bool(self.email) and self.email.casefold() == self.confirmed_email.casefold()

    @property
    def is_forgotten(self) -> bool:
        return not self.is_active and self.username == self.name_when_forgotten

    @property
    def name_when_forgotten(self) -> str:
        return f"forgotten {self.pk}"  # no user name that is given holds a space


class SignInFailure(models.Model):
    """One failed attempt to sign in; counted so that guessing is slowed before a password is hashed.

    ``device`` is the browser that tried, where that person has signed in from it before.
    """

    username = models.CharField(max_length=150)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=22, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")
        indexes = [models.Index(fields=["at", "username"], name="accounts_failure_by_time")]

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"
