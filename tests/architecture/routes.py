"""Every address of the portal and its API, read from the URL configuration and the router."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

ANY_METHOD = ("get", "post")


@dataclass(frozen=True)
class Route:
    """One address: its name with namespaces, the names in it, what it answers to, and the view."""

    name: str
    parameters: tuple[str, ...]
    methods: tuple[str, ...]
    view: Any

    @property
    def is_api(self) -> bool:
        return self.name.startswith("v1:")

    @property
    def model(self) -> type[Model] | None:
        """What ``pk`` or ``code`` in the address are of."""
        queryset = getattr(self.view, "queryset", None)
        if self.is_api and queryset is not None:
            found: type[Model] = queryset.model
            return found
        return getattr(self.view, "model", None)

    def address(self, values: dict[str, Any]) -> str:
        return reverse(self.name, kwargs={name: values[name] for name in self.parameters})


def all_routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(
    patterns: list[URLPattern | URLResolver], namespace: str, above: tuple[str, ...]
) -> Iterator[Route]:
    for pattern in patterns:
        names = (*above, *pattern.pattern.converters, *pattern.pattern.regex.groupindex)
        parameters = tuple(dict.fromkeys(names))
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, parameters)
        elif pattern.name or namespace != "admin:":  # those without a name only lead on to those with one
            name = f"{namespace}{pattern.name or pattern.pattern}"
            view = getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", None))
            yield Route(name, parameters, _methods(pattern.callback, view), view or pattern.callback)


def _methods(callback: Any, view: Any) -> tuple[str, ...]:
    if actions := getattr(callback, "actions", None):
        return tuple(method for method in actions if method != "head")
    if view is None:
        return ANY_METHOD
    return tuple(
        method
        for method in ("get", "post")
        if hasattr(view, method) and method in getattr(view, "http_method_names", ANY_METHOD)
    )
