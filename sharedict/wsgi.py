"""Entry point of WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

from sharedict.env import refusing_clearly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharedict.settings")

with refusing_clearly():
    from sharedict.common.requests import without_strange_encoding

    application = without_strange_encoding(get_wsgi_application())
