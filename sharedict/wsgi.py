"""Entry point of WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

from sharedict.env import refusing_clearly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharedict.settings")

with refusing_clearly():
    application = get_wsgi_application()
