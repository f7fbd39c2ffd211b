"""Every route x every role x what is one's own, another cooperation's, and nobody's.

Routes come from the URL configuration and the router; a new one fails here until it has an expectation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django import forms
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.views import defaults

from municipalities.models import Cooperation, Role
from tests import cast
from tests.architecture.routes import Route, all_routes
from tests.architecture.worlds import NOTHING, WITHOUT_TENANT, World
from tests.factories.municipalities import TokenFactory, bearer

pytestmark = pytest.mark.django_db

OPEN, LEADS_OUT, SIGNED_IN, MEMBERS = "open", "leads out", "signed in", "members"
EDITORS, LOGGED, STAFF, OPERATORS, GONE = "editors", "logged", "staff", "operators", "gone"
ON_CALL, KEYED, MAKERS, KEEPERS, ORDERERS = "on call", "keyed", "makers", "keepers", "orderers"
"""Whose a page is: everybody's (one leads to the sign-in page), a person's, a person's with a role in the
cooperation, with the right to change it, with the right to read its change log, the operators' alone (one
kind asks others to sign in as one), nobody's any more, who may report what is down, and whoever has a secret,
which nobody has here. Who orders answers for a municipality, or for all. What a colleague has made is for its
maker alone, or for administrators too."""

REPORT, REPORT_CHANGE, ALARM = "report", "change a report", "alarm"
ORDER, ORDER_MOVE = "order", "move an order"
READ, CREATE, CHANGE, REGISTER, ANY_CALLER = "read", "create", "change", "register", "any caller"
"""What a call does: reads a cooperation's rows, adds one, changes one, reads what is common to all, or
concerns no row. Who is on call reports too; alarms take a monitoring system's token, which nobody has."""

EXPECTED: dict[str, str] = {
    **dict.fromkeys(["sign-in", "set-language", "set-theme", "accessibility", "health", "ready"], OPEN),
    "sign-out": LEADS_OUT,
    "password-forgotten": OPEN,
    **dict.fromkeys(["first", "invitation-accept", "password-new", "address-confirm"], GONE),
    **dict.fromkeys(["home", "home-file", "change-password", "api-docs", "notices", "letters"], SIGNED_IN),
    **dict.fromkeys(
        [
            "network",
            "search",
            "suppliers",
            "dependencies",
            "purposes",
            *("due", "tasks", "data-protection"),
            *("documents", "variants"),
            "calendars",
            "closed-days",
            "impact",
            "colleagues",
            "absences",
            "staffing",
            "stand-in",
            "competences",
            "competence-matrix",
            "on-call",
            "members",
            "roles",
            "drivers",
            "readings",
            "jobs",
            "job",
            "applications",
            "application",
            "installations",
            "subscriptions",
            "agreements",
            "agreement",
            "cost-types",
            "terms",
            "keys",
            "key",
            "start",
            "overview",
            "reports",
            "periods",
            "costs",
            "cost-change",
            "year-file",
            "period",
            "period-progress",
            "period-file",
            "statement",
            "statement-file",
            "statement-paper",
            "why",
            "why-correction",
            "why-late",
            "late-changes",
            "late-change",
            *("outages", "outage", "status", "status-feeds"),
            *("orders", "order"),
            *("views", "view-add", "view-counts", "view-pin"),
        ],
        MEMBERS,
    ),
    **dict.fromkeys(
        [f"outage-{step}" for step in ("report", "plan", "change", "update", "end", "correct", "merge")],
        ON_CALL,
    ),
    **dict.fromkeys(
        [f"order-{step}" for step in ("add", "change", "send", "approve", "reject", "withdraw", "done")],
        ORDERERS,
    ),
    "status-feed": KEYED,
    "view-change": MAKERS,
    "view-delete": KEEPERS,
    **dict.fromkeys(
        [
            *(f"{thing}-add" for thing in ("site", "link", "supplier", "member", "token", "driver")),
            *(f"{thing}-change" for thing in ("site", "link", "supplier", "member", "role", "driver")),
            *("reading-add", "reading-change"),
            *(f"{thing}-end" for thing in ("site", "link", "member")),
            *(f"{thing}-delete" for thing in ("role", "reading", "supplier")),
            *("token-revoke", "readings-import", "job-retry", "invite", "invitation"),
            *("applications-import", "subscriptions-import", "installations-import"),
            *(f"{thing}-add" for thing in ("application", "installation", "subscription")),
            *(f"{thing}-change" for thing in ("application", "installation", "subscription")),
            *(f"purpose-{step}" for step in ("add", "change", "delete")),
            "purposes-ship",
            *(f"task-{step}" for step in ("add", "change", "delete")),
            *(f"data-protection-{step}" for step in ("add", "change", "delete")),
            "calendars-ship",
            *(f"calendar-{step}" for step in ("add", "change", "delete")),
            *(f"closed-day-{step}" for step in ("add", "change", "delete")),
            *(f"document-{step}" for step in ("add", "change", "delete")),
            *(f"variant-{step}" for step in ("add", "change", "delete")),
            *(f"dependency-{step}" for step in ("add", "change", "end", "delete")),
            *(f"colleague-{step}" for step in ("add", "change", "end", "forget", "delete")),
            *(f"absence-{step}" for step in ("add", "change", "end", "delete")),
            *(f"competence-{step}" for step in ("add", "change", "end", "delete")),
            *(f"on-call-{step}" for step in ("add", "change", "end", "delete")),
            *("application-move", "installation-end", "subscription-end"),
            *(f"{things}-several" for things in ("applications", "installations", "subscriptions")),
            *("dependencies-several", "competences-several", "data-protection-several"),
            *(f"{thing}-add" for thing in ("agreement", "cost-type", "term", "key", "key-version")),
            *(f"{thing}-change" for thing in ("agreement", "cost-type", "term")),
            *("key-version-change", "agreement-end", "term-end", "cost-type-delete"),
            *(f"{thing}-delete" for thing in ("agreement", "term", "key-version", "installation")),
            *(f"{thing}-delete" for thing in ("subscription", "site", "link", "member")),
            *("cost-add", "post cost-change", "cost-withdraw", "cost-restore", "costs-import"),
            *("period-propose", "period-reopen", "period-close", "cost-divide"),
            *("post late-changes", "post late-change"),
        ],
        EDITORS,
    ),
    **dict.fromkeys(
        [
            *(f"set-up-{step}" for step in ("cooperation", "members", "people", "application")),
            *(f"set-up-{step}" for step in ("key", "term", "cost")),
        ],
        EDITORS,
    ),
    **dict.fromkeys(["cooperations", "cooperation-add", "population-import", "register-import"], OPERATORS),
    **dict.fromkeys(["population-file", "register-file", "any-job-retry"], OPERATORS),
    **dict.fromkeys(["cooperation-deactivate", "cooperation-reactivate", "installation", "mail"], OPERATORS),
    **dict.fromkeys(["alert-sources", "alert-source"], LOGGED),
    **dict.fromkeys(
        [
            "order-rules",
            *("outage-priorities", "alert-source-add", "alert-source-renew", "alert-source-revoke"),
            *("watched-add", "watched-change", "watched-delete"),
            *("outage-cost-add", "outage-cost-delete"),
        ],
        EDITORS,
    ),
    **dict.fromkeys(["change-log", "tokens", "uploads", "upload", "upload-file"], LOGGED),
    **dict.fromkeys(["post upload", "upload-columns", "upload-undo"], EDITORS),
    **dict.fromkeys([f"public-upload{page}" for page in ("s", "", "-file", "-columns", "-undo")], OPERATORS),
    **dict.fromkeys(["v1:api-root", "v1:search", "v1:impact", "v1:single-points", "schema"], ANY_CALLER),
    **dict.fromkeys(["v1:municipalities-list", "v1:municipalities-detail"], REGISTER),
    **dict.fromkeys(
        [
            f"v1:{name}-{kind}"
            for name in (
                "cooperations",
                "members",
                "sites",
                "links",
                "suppliers",
                "colleagues",
                "absences",
                "competences",
                "on-call",
                "dependencies",
                "purposes",
                "lifecycle-moves",
                *("tasks", "data-protection"),
                "calendars",
                "closed-days",
                *("documents", "variants"),
                "drivers",
                "readings",
                "jobs",
                "applications",
                "installations",
                "subscriptions",
                "orders",
                "order-lines",
                "order-rules",
                "order-steps",
                "outages",
                "outage-effects",
                "outage-updates",
                "outage-priorities",
                "outage-costs",
                "alerts",
                "agreements",
                "cost-types",
                "keys",
                "terms",
                "costs",
                "periods",
                "runs",
                "statements",
            )
            for kind in ("list", "detail")
        ],
        READ,
    ),
    **dict.fromkeys(["v1:shares-list", "v1:late-changes-list", "v1:runs-facts"], READ),
    **dict.fromkeys(["post v1:costs-list", "post v1:readings-list", "post v1:absences-list"], CREATE),
    **dict.fromkeys(
        [
            "patch v1:costs-detail",
            "patch v1:readings-detail",
            "post v1:costs-withdraw",
            "patch v1:absences-detail",
        ],
        CHANGE,
    ),
    "post v1:orders-list": ORDER,
    **dict.fromkeys(["patch v1:orders-detail", "post v1:orders-move"], ORDER_MOVE),
    "post v1:outages-list": REPORT,
    "patch v1:outages-detail": REPORT_CHANGE,
    **dict.fromkeys([f"post v1:alerts-{kind}" for kind in ("alertmanager", "uptime-kuma")], ALARM),
}
"""Whose a route is. What a call of the API does depends on the method, which is named where it writes."""

IN, SIGN_IN, UNKNOWN, FORBIDDEN, MISSING, REFUSED = "in", "sign in", "401", "403", "404", "400"
NO_METHOD = "405"

PEOPLE = ("administrator", "coordinator", "finance", "auditor", "stranger")
TOKENS = ("reader", "writer", "foreigner")
ROLES = ("anonymous", *PEOPLE, *TOKENS)
EDITING = ("administrator", "stranger")
WRITERS = ("writer", "foreigner")
WRITING = (*EDITING, "coordinator", *WRITERS)
"""The stranger is the administrator of the other cooperation, whose own things are there."""


@dataclass
class Caller:
    role: str
    home: World
    away: World
    client: Client
    headers: dict[str, str]

    @property
    def is_person(self) -> bool:
        return self.role in PEOPLE

    def outcome(self, method: str, address: str, body: dict[str, Any] | None = None) -> str:
        """How far the caller gets; whatever is changed on the way is undone."""
        is_api, cookies = address.startswith("/api/"), self.client.cookies.copy()
        with transaction.atomic():
            kind = (
                {"content_type": "application/json"}
                if method != "get" and address.startswith("/api/")
                else {}
            )
            response = getattr(self.client, method)(address, body, headers=self.headers, **kind)
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        self.client.cookies = cookies
        status, location = response.status_code, response.headers.get("Location", "")
        if status in (301, 302) and location.startswith(("/sign-in/", "/system/login/")):
            return SIGN_IN
        if status >= 500 or (status == 400 and not is_api):
            return f"failed with {status}"
        return str(status) if status in (400, 401, 403, 404, 405, 410) else IN


def whose(route: Route, method: str) -> str:
    """The expectation; KeyError for a route without one."""
    if route.name.startswith("admin:"):
        return OPEN if route.name in ("admin:login", "admin:logout") else STAFF
    return EXPECTED.get(f"{method} {route.name}") or EXPECTED[route.name]


def expected(rule: str, caller: Caller) -> str:
    """What the caller gets with something of their own."""
    role, is_person = caller.role, caller.is_person
    if rule in (READ, CREATE, CHANGE, REGISTER, ANY_CALLER, REPORT, REPORT_CHANGE, ALARM, ORDER, ORDER_MOVE):
        if role == "anonymous":
            return UNKNOWN
        ordering = dict.fromkeys((ORDER, ORDER_MOVE), (*WRITING, "finance"))
        special = {ALARM: (), REPORT: WRITING, REPORT_CHANGE: WRITING, **ordering}
        writers = special.get(rule, (*EDITING, *WRITERS))
        return IN if rule in (READ, REGISTER, ANY_CALLER) or role in writers else FORBIDDEN
    if rule == KEYED:
        return MISSING
    if rule == GONE:
        return "410"
    if rule == OPEN:
        return IN
    if not is_person or rule in (STAFF, LEADS_OUT):
        return SIGN_IN
    if rule == OPERATORS:
        return FORBIDDEN
    on_call = (*EDITING, "coordinator")
    others = {ON_CALL: on_call, MAKERS: (), KEEPERS: EDITING, ORDERERS: (*on_call, "finance")}
    allowed = {EDITORS: EDITING, LOGGED: (*EDITING, "auditor"), **others}.get(rule, PEOPLE)
    return IN if role in allowed else FORBIDDEN


@pytest.fixture(params=ROLES)
def caller(request: pytest.FixtureRequest, north: World, outside: World) -> Caller:
    return caller_of(request.param, north, outside)


def caller_of(role: str, north: World, outside: World) -> Caller:
    cache.clear()
    home, away = (outside, north) if role in ("stranger", "foreigner") else (north, outside)
    client, headers = Client(raise_request_exception=False), {}
    if role in PEOPLE:
        kind = Role.Kind.ADMINISTRATOR if role == "stranger" else Role.Kind(role)
        of_one = kind in (Role.Kind.COORDINATOR, Role.Kind.FINANCE)
        client.force_login(cast.person(role, home.cooperation, kind, home.place if of_one else None))
    if role in TOKENS:
        written = [f"{what}:write" for what in ("costs", "readings", "absences", "outages", "orders")]
        scopes = ["read"] if role == "reader" else ["read", *written]
        token = TokenFactory(cooperation=home.cooperation, scopes=scopes)
        headers = {"Authorization": f"Bearer {bearer(token)}"}
    return Caller(role, home, away, client, headers)


@pytest.fixture(autouse=True)
def brisk(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of calls: none is slowed down, and refusals are not dressed up as pages; all is well."""
    monkeypatch.setattr(defaults, "page_not_found", lambda *_: HttpResponse(status=404))
    monkeypatch.setattr(defaults, "permission_denied", lambda *_: HttpResponse(status=403))
    monkeypatch.setattr(
        "municipalities.api.authentication.CallerThrottle.THROTTLE_RATES", {"caller": "1000000/min"}
    )


def test_every_route_has_an_expectation_and_every_expectation_a_route() -> None:
    routes = [route for route in all_routes() if not route.name.startswith("admin:")]
    named = {f"{method} {route.name}" for route in routes for method in route.methods}
    named |= {route.name for route in routes}
    assert {route.name for route in routes} - EXPECTED.keys() - _written_only() == set()
    assert EXPECTED.keys() - named == set()
    writes = {f"{method} {route.name}" for route in routes if route.is_api for method in route.methods}
    assert {name for name in writes if not name.startswith("get ")} - EXPECTED.keys() == set()


def _written_only() -> set[str]:
    return {name.partition(" ")[2] for name in EXPECTED if name.startswith("post ")}


def test_what_is_ones_own_is_as_the_role_allows(caller: Caller) -> None:
    found = []
    for route in all_routes():
        values = _filled(route, caller.home.values(route.model))
        for method in route.methods:
            rule = whose(route, method)
            outcome = caller.outcome(method, route.address(values), _body(rule, caller.home))
            if rule in (CREATE, CHANGE, REPORT, REPORT_CHANGE, ORDER, ORDER_MOVE) and outcome == REFUSED:
                outcome = IN  # the empty body is refused, but only to those who may write
            is_function = not isinstance(route.view, type)
            if outcome != expected(rule, caller) and not (is_function and outcome == NO_METHOD):
                found.append(f"{method} {route.name}: {outcome} instead of {expected(rule, caller)}")
    assert not found


def test_what_is_anothers_is_not_there(caller: Caller) -> None:
    """At its own address, and by its ids under mine, it is as if there were nothing."""
    found = []
    for route, method, rule in _of_a_tenant():
        allowed = expected(rule, caller)
        own, theirs = caller.home.values(route.model), caller.away.values(route.model)
        for what, values in [
            ("another's", theirs),
            ("another's under my address", {**theirs, "cooperation": own["cooperation"]}),
            ("nobody's", NOTHING | {"month": "2026-01", "year": 2026, "charging": "2026-02", "kind": "csv"}),
            ("nobody's under my address", {**own, **NOTHING, "cooperation": own["cooperation"]}),
        ]:
            if all(values[name] == own[name] for name in route.parameters):
                continue
            outcome = caller.outcome(method, route.address(_filled(route, values)), _body(rule, caller.home))
            is_mine = values["cooperation"] == own["cooperation"]
            stopped_before = caller.role == "reader" if route.is_api else is_mine or rule == OPERATORS
            stopped_before = stopped_before and rule not in (MAKERS, KEEPERS)
            right = FORBIDDEN if allowed == FORBIDDEN and stopped_before else MISSING
            right = allowed if allowed in (SIGN_IN, UNKNOWN) else right
            if outcome != right:
                found.append(f"{method} {route.name} of {what}: {outcome} instead of {right}")
    assert not found


@pytest.fixture(params=["administrator", "finance", "writer"])
def turned_away(request: pytest.FixtureRequest, north: World, outside: World) -> Caller:
    """Somebody of a cooperation that is deactivated."""
    found = caller_of(request.param, north, outside)
    Cooperation.objects.filter(pk=north.cooperation.pk).update(deactivated_at=timezone.now())
    return found


def test_what_is_deactivated_is_as_if_it_were_not_there(turned_away: Caller) -> None:
    found = []
    for route, method, rule in _of_a_tenant():
        address = route.address(_filled(route, turned_away.home.values(route.model)))
        outcome = turned_away.outcome(method, address, _body(rule, turned_away.home))
        if turned_away.is_person:  # what is one's own in all cooperations holds nothing of this one
            right = {STAFF: FORBIDDEN, OPERATORS: FORBIDDEN, SIGNED_IN: IN}.get(rule, MISSING)
        else:
            right = UNKNOWN if route.is_api else SIGN_IN
        if outcome != right:
            found.append(f"{method} {route.name}: {outcome} instead of {right}")
    assert not found


def test_no_list_holds_anything_of_what_is_deactivated_and_all_is_there_again(turned_away: Caller) -> None:
    slug, found = turned_away.home.cooperation.slug, []
    for route in all_routes():
        if route.is_api and route.name.endswith("-list"):
            page = turned_away.client.get(route.address({}), headers=turned_away.headers).json()
            if slug in [row.get("cooperation", row.get("slug")) for row in page.get("results", [])]:
                found.append(route.name)
            written = turned_away.outcome("post", route.address({}), {"cooperation": slug})
            if written not in (REFUSED, UNKNOWN, FORBIDDEN, NO_METHOD):
                found.append(f"post {route.name}: {written}")
    assert not found
    if turned_away.is_person:
        pages = [turned_away.client.get(path) for path in ("/", "/mine.csv", "/accounts/notices/")]
        assert turned_away.home.cooperation.name.encode() not in b"".join(b"".join(each) for each in pages)
    Cooperation.objects.update(deactivated_at=None)
    assert turned_away.client.get("/api/v1/costs/", headers=turned_away.headers).json()["results"]


def test_a_query_string_cannot_name_anothers(caller: Caller) -> None:
    found = []
    for route in all_routes():
        filterset = getattr(route.view, "filterset_class", None)
        if not route.name.endswith("-list") or "cooperation" not in filterset.base_filters:
            continue
        for slug in (caller.away.cooperation.slug, "no-such"):
            outcome = caller.outcome("get", f"{route.address({})}?cooperation={slug}")
            if outcome != (UNKNOWN if caller.role == "anonymous" else MISSING):
                found.append(f"{route.name} of {slug}: {outcome}")
    assert not found


def test_a_list_holds_nothing_of_anothers(caller: Caller) -> None:
    slug = caller.away.cooperation.slug
    found = []
    for route in all_routes():
        if route.is_api and route.name.endswith("-list") and caller.role != "anonymous":
            page = caller.client.get(f"{route.address({})}?page_size=1000", headers=caller.headers).json()
            owners = {row.get("cooperation", row.get("slug")) for row in page["results"]}
            if slug in owners:
                found.append(route.name)
    assert not found


@pytest.mark.parametrize("role", ["administrator", "writer"])
def test_a_body_cannot_name_anothers(role: str, north: World, outside: World) -> None:
    """The cooperation itself; codes and ids in bodies are in the tests of costs and readings."""
    caller = caller_of(role, north, outside)
    for route in all_routes():
        if "post" in route.methods and EXPECTED.get(f"post {route.name}") in (CREATE, REPORT, ORDER):
            for slug in (outside.cooperation.slug, "no-such"):
                assert caller.outcome("post", route.address({}), {"cooperation": slug}) == REFUSED


def test_every_choice_in_every_form_is_ones_own(north: World, outside: World) -> None:
    """What a form does not offer it does not take either, so no id of another cooperation passes one."""
    caller = caller_of("administrator", north, outside)
    found, seen = [], 0
    for route in all_routes():
        if "get" not in route.methods or route.is_api or route.name.startswith("admin:"):
            continue
        response = caller.client.get(route.address(_filled(route, caller.home.values(route.model))))
        for form in _forms(getattr(response, "context", None)):
            for name, field in form.fields.items():
                if isinstance(field, forms.ModelChoiceField):
                    seen += 1
                    model = field.queryset.model
                    theirs = outside.rows.get(model) if model not in WITHOUT_TENANT else None
                    if theirs is not None and field.queryset.filter(pk=theirs.pk).exists():
                        found.append(f"{route.name}: {name}")
    assert seen > 20
    assert not found


def _forms(context: Any) -> Iterator[forms.BaseForm]:
    flat = context.flatten() if hasattr(context, "flatten") else {}
    for layer in context or ():
        flat |= layer.flatten() if hasattr(layer, "flatten") else dict(layer)
    for value in list(flat.values()):
        if isinstance(value, forms.BaseForm):
            yield value
        elif isinstance(value, forms.BaseFormSet):
            yield from [*value.forms, value.empty_form]
        elif isinstance(getattr(value, "form", None), forms.BaseForm):
            yield value.form


def _of_a_tenant() -> Iterator[tuple[Route, str, str]]:
    """Routes about something that belongs to a cooperation."""
    for route in all_routes():
        is_common = route.name.startswith("admin:") or route.name in (
            "v1:municipalities-detail",
            "first",
            "invitation-accept",
            "password-new",
            "address-confirm",
            "status-feed",
        )
        if route.parameters and not is_common:
            for method in route.methods:
                yield route, method, whose(route, method)


def _filled(route: Route, values: dict[str, Any]) -> dict[str, Any]:
    """``values`` with something for the names that only the operators' pages have."""
    return {name: values.get(name) or ("billing" if name == "app_label" else 1) for name in route.parameters}


def _body(rule: str, home: World) -> dict[str, Any] | None:
    if rule in (CREATE, REPORT, ORDER):
        return {"cooperation": home.cooperation.slug}
    return {} if rule in (CHANGE, REPORT_CHANGE, ALARM, ORDER_MOVE) else None
