"""The project itself as an app: the Celery application, the system checks, commands and template tags."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SharedictConfig(AppConfig):
    """Loads what must be there before the first task or check, whichever process this is."""

    name = "sharedict"
    label = "sharedict"

    def ready(self) -> None:
        import_module("sharedict.celery")
        import_module("sharedict.checks")


class RepairConfig(AdminConfig):
    """Django's admin, with a site of our own."""

    default_site = "sharedict.accounts.repair.RepairSite"
