"""Lists are read to their end with a cursor: no row is counted, skipped or read twice as rows are added."""

import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

CURSOR = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})*")


class KeyPagination(BasePagination):
    """Pages in the order of the primary key, each beginning after the last key of the page before.

    The database finds that key in its index, so the last page costs as much as the first; a composite key is
    compared as a whole.
    """

    page_size = 100
    max_page_size = 1000
    names: tuple[str, ...] = ("cursor", "page_size")
    refusals: tuple[int, ...] = ()
    """Further statuses that a page may answer with."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size, after = self._size(request), self._cursor(request, len(queryset.model._meta.pk_fields))
        rows = queryset.order_by("pk")
        if after is not None:
            rows = rows.filter(pk__gt=after)
        found = list(rows[: size + 1])
        self.next_url = self._next_url(request, _key(found[size - 1])) if len(found) > size else None
        return found[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_url, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": "string",
                    "nullable": True,
                    "format": "uri",
                    "description": "The address of the next page; null on the last one.",
                    "example": "https://portal.example.se/api/v1/costs/?cursor=100",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins: take it from `next`, never make one up.",
                "schema": {"type": "string", "pattern": f"^{CURSOR.pattern}$"},
            },
            {
                "name": "page_size",
                "in": "query",
                "description": "Rows on a page.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                },
            },
        ]

    def _size(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(self.page_size))
        if not re.fullmatch(r"0*[1-9][0-9]{0,4}", text) or int(text) > self.max_page_size:
            raise refusal("page_size", _("A page has 1 to %(most)d rows.") % {"most": self.max_page_size})
        return int(text)

    def _cursor(self, request: Request, length: int) -> Any:
        """The key that the page begins after, of ``length`` numbers; None on the first page."""
        text = request.query_params.get("cursor")
        if text is None:
            return None
        parts = [int(part) for part in text.split(".")] if CURSOR.fullmatch(text) else []
        if len(parts) != length:
            raise refusal("cursor", _("This is not a cursor of this list: take it from “next”."))
        return parts[0] if len(parts) == 1 else tuple(parts)

    def _next_url(self, request: Request, key: tuple[int, ...]) -> str:
        url: str = replace_query_param(request.build_absolute_uri(), "cursor", ".".join(map(str, key)))
        return url


class ComputedPagination(KeyPagination):
    """Pages of rows that are computed: each has a ``key`` of whole numbers, ``view.key_length`` of them.

    They are given in the order of their keys.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size, after = self._size(request), self._cursor(request, view.key_length)
        rows = [row for row in queryset if after is None or row.key > after]
        self.next_url = self._next_url(request, rows[size - 1].key) if len(rows) > size else None
        return rows[:size]


def _key(row: Any) -> tuple[int, ...]:
    """The key of a row: of an object, or as the last of its cells."""
    key = row[-1] if isinstance(row, tuple) else row.pk
    return key if isinstance(key, tuple) else (key,)


def refusal(name: str, message: str, code: str = "invalid") -> exceptions.ValidationError:
    """The error that the parameter or field ``name`` is not as it should be."""
    return exceptions.ValidationError({name: [exceptions.ErrorDetail(message, code)]})
