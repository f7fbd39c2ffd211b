"""Who signs in, and how often it failed."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from sharedict.common.models import Readable


class User(AbstractUser, Readable):
    """A person who can sign in. What they may see is said by their roles, which live with the cooperation."""

    is_demonstration = models.BooleanField(_("demonstration sign-in"), default=False)

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class SignInFailure(models.Model):
    """One failed attempt to sign in; counted so that guessing is slowed before a password is hashed."""

    username = models.CharField(max_length=150)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at", "username"], name="accounts_failure_by_time")]

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"
