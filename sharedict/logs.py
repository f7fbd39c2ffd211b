"""What is logged of refusals."""

import logging


class OneLineForARefusal(logging.Filter):
    """Lets a request that was refused be told in one line: what somebody may not do is no fault of code."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(("django.request", "django.security")) and record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return True
