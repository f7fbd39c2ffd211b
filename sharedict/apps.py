"""The project itself as an app: the Celery application, the system checks, commands and template tags."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.backends.signals import connection_created

from sharedict.common.roles import take_role
from sharedict.common.row_security import limited, views
from sharedict.common.sight import limit_names, tell_who_sees


class SharedictConfig(AppConfig):
    """Loads what must be there before the first task or check, whichever process this is."""

    name = "sharedict"
    label = "sharedict"

    def ready(self) -> None:
        import_module("sharedict.celery")
        import_module("sharedict.checks")
        connection_created.connect(take_role, dispatch_uid="take_role")
        connection_created.connect(tell_who_sees, dispatch_uid="tell_who_sees")
        limit_names([*limited(), *views()])


class RepairConfig(AdminConfig):
    """Django's admin, with a site of our own."""

    default_site = "sharedict.accounts.repair.RepairSite"
