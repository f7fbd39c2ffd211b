"""Entry point of ASGI servers."""

import os

from django.core.asgi import get_asgi_application

from sharedict.env import refusing_clearly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharedict.settings")

with refusing_clearly():
    application = get_asgi_application()
