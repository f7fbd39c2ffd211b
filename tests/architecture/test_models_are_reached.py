"""Every kind of row has a page, a list over the API, a page for operators and a factory, or a reason."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from factory.django import DjangoModelFactory

from tests.architecture.routes import all_routes
from tests.architecture.tree import CODE
from tests.factories import accounts, agreements, billing, municipalities, services

PAGE, API, SYSTEM, FACTORY = "page", "API", "/system/", "factory"
EVERYTHING = (PAGE, API, SYSTEM, FACTORY)

SHOWN_WITH = "it is shown on the page of what it is part of"
TOLD_WITH = "the API tells it as part of what it belongs to"
BY_NAME = "its page is named by code, key or month, not by its number"
COMPUTED = "only a run makes it: tests compute, and nobody repairs what was computed"
MADE_WITH = "it is made together with what it is part of, in tests too"
PRIVATE = "it is one person's own, and nobody else is told of it"
OPENS = "it opens a door, so it is made and ended on its page alone"
HOUSE = "it is the portal's own, and no cooperation's"
LOGGED = "the log is read on its page and as a file, and written by what is done"
IN_THE_PORTAL = "a person works with it, step by step"

LACKING = {
    "accounts.SignInFailure": dict.fromkeys((PAGE, API, FACTORY), HOUSE),
    "accounts.User": {PAGE: "people are shown by their roles", API: PRIVATE},
    "agreements.Component": {PAGE: SHOWN_WITH, API: TOLD_WITH, FACTORY: MADE_WITH},
    "agreements.FixedPart": {PAGE: SHOWN_WITH, API: TOLD_WITH, FACTORY: MADE_WITH},
    "agreements.KeyVersion": {API: TOLD_WITH, FACTORY: MADE_WITH},
    "audit.Entry": dict.fromkeys((API, FACTORY), LOGGED),
    "audit.PersonalValue": dict.fromkeys(EVERYTHING, LOGGED),
    "billing.LateChange": {**dict.fromkeys((PAGE, SYSTEM, FACTORY), COMPUTED), API: TOLD_WITH},
    "billing.LateDecision": {PAGE: SHOWN_WITH, API: TOLD_WITH, FACTORY: MADE_WITH},
    "billing.Paper": dict.fromkeys(EVERYTHING, "it is the file of a statement, asked for by its month"),
    "billing.Period": {PAGE: BY_NAME},
    "billing.Run": {PAGE: BY_NAME, FACTORY: COMPUTED},
    "billing.RunLine": {PAGE: SHOWN_WITH, API: TOLD_WITH, SYSTEM: COMPUTED, FACTORY: COMPUTED},
    "billing.RunTotal": {PAGE: BY_NAME, FACTORY: COMPUTED},
    "billing.Share": {PAGE: BY_NAME, SYSTEM: COMPUTED, FACTORY: COMPUTED},
    "billing.ShareBlock": dict.fromkeys(
        EVERYTHING, "it holds many shares as one row; they are read as shares"
    ),
    "billing.Statement": {PAGE: BY_NAME, API: TOLD_WITH, FACTORY: COMPUTED},
    "billing.StatementLine": {PAGE: SHOWN_WITH, API: TOLD_WITH, SYSTEM: COMPUTED, FACTORY: COMPUTED},
    "jobs.Job": {FACTORY: "what is ordered makes it, in tests too"},
    "municipalities.Cooperation": {PAGE: BY_NAME},
    "municipalities.Invitation": {API: OPENS, SYSTEM: OPENS},
    "municipalities.Municipality": {PAGE: "a public register, shown where its rows take part"},
    "municipalities.Notice": dict.fromkeys((PAGE, API, SYSTEM), PRIVATE),
    "municipalities.Role": {API: PRIVATE},
    "municipalities.SavedView": {API: "it is an address of the portal under a name: programs keep their own"},
    "municipalities.Token": {API: OPENS},
    "municipalities.Upload": dict.fromkeys((API, SYSTEM), IN_THE_PORTAL),
    "municipalities.UploadFinding": {
        **dict.fromkeys((PAGE, SYSTEM), SHOWN_WITH),
        API: IN_THE_PORTAL,
        FACTORY: MADE_WITH,
    },
    "services.Alert": {PAGE: SHOWN_WITH},
    "services.AlertSource": {API: OPENS},
    "services.LifecycleMove": {PAGE: SHOWN_WITH},
    "services.MeasuredYear": dict.fromkeys(
        (PAGE, API, SYSTEM), "it is a copy of hours that figures are computed with"
    ),
    "services.OrderLine": {PAGE: SHOWN_WITH},
    "services.OrderRule": {PAGE: "there is one of each kind, on one page"},
    "services.OrderStep": {PAGE: SHOWN_WITH},
    "services.OutageEffect": {PAGE: SHOWN_WITH},
    "services.OutageUpdate": {PAGE: SHOWN_WITH},
    "services.PriorityTable": {PAGE: "there is one, with an address of its own"},
    "services.StatusFeed": dict.fromkeys((PAGE, API), PRIVATE),
    "services.WatchedThing": {API: IN_THE_PORTAL},
}
"""What a model does without, and why."""


def _every(kind: type[DjangoModelFactory]) -> Iterator[type[DjangoModelFactory]]:
    for each in kind.__subclasses__():
        yield each
        yield from _every(each)


def reached() -> dict[str, set[str]]:
    """What each model has."""
    assert {accounts, agreements, billing, municipalities, services}
    routes = [route for route in all_routes() if route.model]
    found = {
        PAGE: {route.model for route in routes if not route.is_api},
        API: {route.model for route in routes if route.is_api},
        SYSTEM: set(admin.site._registry),
        FACTORY: {each._meta.model for each in _every(DjangoModelFactory) if not each._meta.abstract},
    }
    return {
        model._meta.label: {what for what, models in found.items() if model in models}
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in CODE
    }


REACHED = reached()


@pytest.mark.parametrize("label", sorted(REACHED))
def test_what_a_model_lacks_has_a_reason(label: str) -> None:
    lacking = set(EVERYTHING) - REACHED[label]
    assert lacking == LACKING.get(label, {}).keys()


def test_every_reason_is_of_a_model_that_is_there() -> None:
    assert LACKING.keys() <= REACHED.keys()
    assert len(REACHED) > 40
    assert all(len(why) > 10 for reasons in LACKING.values() for why in reasons.values())
