"""Bodies of the API: JSON, read strictly."""

import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from sharedict.common.problems import TooLargeError

MAX_BODY_BYTES = 1_000_000


class StrictJSONParser(JSONParser):
    """JSON of at most a megabyte: numbers keep their digits, and text is text that a database can hold."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        content = stream.read(MAX_BODY_BYTES + 1)
        if len(content) > MAX_BODY_BYTES:
            raise TooLargeError
        try:
            found = json.load(
                io.TextIOWrapper(io.BytesIO(content), "utf-8"), parse_float=Decimal, parse_constant=_refuse
            )
            json.dumps(found, ensure_ascii=False, default=str).encode()
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(_("The body is not valid JSON: %(why)s") % {"why": error}) from error
        return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a number")
