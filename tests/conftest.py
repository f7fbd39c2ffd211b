"""Fixtures that every test may use: the cast, a browser, and a page on the live server.

Torsby and Hagfors share costs in ``north``; Sundsvall, in ``outside``, must see nothing of it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_in
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import settings
from playwright.sync_api import Browser, Page

from agreements.models import CostType, Key, Term
from municipalities.actions import note_sign_in
from municipalities.models import Cooperation, Driver, Municipality, Role
from services.models import Application
from sharedict.accounts.models import User
from sharedict.common import sight
from sharedict.common.roles import as_owner
from sharedict.jobs.actions import run_all
from tests import cast
from tests.announcing import announced
from tests.browser import chromium, watched_page
from tests.ground import Ground, empty, held, is_committing

# Properties run on few examples each time; `pytest --hypothesis-profile=thorough` looks harder.
settings.register_profile("quick", max_examples=12, deadline=None)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("quick")


OTHERS = """FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[ExitStack]:
    """The owner makes the test database, and takes it away; the tests work in it as the program does."""
    with ExitStack() as owner:
        with django_db_blocker.unblock():
            owner.enter_context(as_owner())
        yield owner
        owner.pop_all()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_modify_db_settings: ExitStack, django_db_blocker: Any
) -> Iterator[None]:
    """The test database. In the end nobody is left in it, not even a killed worker's session."""
    with django_db_blocker.unblock():
        django_db_modify_db_settings.close()

    def emptied_by_owner(case: TransactionTestCase) -> None:
        for last in (False, False, True):
            try:
                with as_owner():
                    empty()
                return
            except OperationalError:  # a page that is still open asked for something: a deadlock
                if last:
                    raise
                time.sleep(0.5)

    close_if_obsolete = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def closed_unless_held(wrapper: BaseDatabaseWrapper) -> None:
        """A test that closes an answer early ends a request; the transaction it stands in goes on."""
        if not wrapper.in_atomic_block:
            close_if_obsolete(wrapper)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied_by_owner)
        patch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", closed_unless_held)
        yield
    with django_db_blocker.unblock():
        django_db_modify_db_settings.enter_context(as_owner())
        with connection.cursor() as cursor:
            for _ in range(50):
                cursor.execute(f"SELECT count(*) {OTHERS}")
                if cursor.fetchone() == (0,):
                    return
                time.sleep(0.1)
            cursor.execute(f"SELECT pg_terminate_backend(pid, 10000) {OTHERS}")


LONG = ("tests/billing/test_upgrade.py", "tests/billing/test_demonstration.py", "tests/platform/test_door.py")
"""Each works or waits for half a minute and more before its first answer, which cannot be shared out."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is long comes first: begun last, it would leave the other workers idle for as long."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


sight.by_default(sight.everything("a test"))  # until a request or a job begins, which sees what it may


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A language that a test asks in ends with it: the thread keeps what its last request activated."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def nothing_unannounced(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request writes what shares depend on without ordering that to be worked in."""
    request = Client.request

    def watched(client: Client, **given: Any) -> Any:
        with announced():
            return request(client, **given)

    monkeypatch.setattr(Client, "request", watched)


@pytest.fixture(autouse=True)
def nobody_enters_by_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """``force_login`` is for somebody who came in before the test began: the log says nothing of it."""
    force_login = Client.force_login

    def entered(client: Client, *args: Any, **kwargs: Any) -> None:
        user_logged_in.disconnect(dispatch_uid="note_sign_in")
        try:
            force_login(client, *args, **kwargs)
        finally:
            user_logged_in.connect(note_sign_in, dispatch_uid="note_sign_in")

    monkeypatch.setattr(Client, "force_login", entered)


@pytest.fixture(scope="session")
def browser(ground: Ground) -> Iterator[Browser]:
    """One Chromium for each test process."""
    # From here on Django has another connection in this thread: what the one holds, the other cannot end.
    ground.clear()
    # Playwright runs an event loop in this thread, in which Django would refuse to talk to the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with chromium() as started:
        yield started
        ground.clear()


@pytest.fixture
def browser_options() -> dict[str, Any]:
    """How ``page`` presents itself; override it in a module or with parametrize."""
    return {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}


@pytest.fixture
def page(browser: Browser, live_server: Any, browser_options: dict[str, Any]) -> Iterator[Page]:
    """A signed-out page on the live server: ``page.goto("/sign-in/")`` is enough."""
    with watched_page(browser, live_server.url, **browser_options) as opened:
        yield opened


@pytest.fixture(scope="session")
def ground(django_db_setup: None, django_db_blocker: Any) -> Iterator[Ground]:
    """What is made once for several tests; see ``stood``."""
    laid = Ground(django_db_blocker)
    yield laid
    laid.clear()


@pytest.fixture
def stood(request: pytest.FixtureRequest, ground: Ground) -> None:
    """Tests that begin with ``north`` find it there: it is made once for those that follow each other."""
    if "kept" in request.fixturenames:
        return
    if "north" in request.fixturenames and not is_committing(request.node):
        ground.lay(request.path, cast.north)
    else:
        ground.clear()


@pytest.fixture
def _django_db_helper(stood: None, _django_db_helper: None) -> None:
    """What ``db`` and the mark of the same name begin with: first the ground, then the test's savepoint."""


@pytest.fixture(scope="module")
def kept(request: pytest.FixtureRequest, ground: Ground, django_db_blocker: Any) -> Iterator[None]:
    """A transaction that a module's tests stand in: books made in it are made once, and go with the module.

    Every test changes them in a savepoint of its own. Tests that commit need a module of their own.
    """
    for item in request.session.items:
        if item.path == request.path and is_committing(item):
            pytest.fail(f"{item.nodeid} commits: it cannot stand in a file whose books are kept")
    ground.clear()
    with django_db_blocker.unblock(), held():
        yield


@pytest.fixture
def torsby(db: None) -> Municipality:
    return cast.torsby()


@pytest.fixture
def hagfors(db: None) -> Municipality:
    return cast.hagfors()


@pytest.fixture
def sundsvall(db: None) -> Municipality:
    return cast.sundsvall()


@pytest.fixture
def north(db: None) -> Cooperation:
    """Torsby and Hagfors, with all that a cost needs to be shared between them."""
    return cast.north()


@pytest.fixture
def outside(db: None) -> Cooperation:
    """Sundsvall's cooperation: nobody of ``north`` may see it, nor the other way round."""
    return cast.outside()


@pytest.fixture
def population(db: None) -> Driver:
    return cast.population()


@pytest.fixture
def erp(north: Cooperation) -> Application:
    """An application of ``north`` that both its members use."""
    return Application.objects.get(cooperation=north, code="erp")


@pytest.fixture
def licence(north: Cooperation) -> CostType:
    return CostType.objects.get(cooperation=north, code="licence")


@pytest.fixture
def even_key(north: Cooperation) -> Key:
    return Key.objects.get(cooperation=north, code="even")


@pytest.fixture
def population_key(north: Cooperation) -> Key:
    return Key.objects.get(cooperation=north, code="population")


@pytest.fixture
def default_term(north: Cooperation) -> Term:
    """Everything in ``north`` is divided evenly, unless a narrower term says otherwise."""
    return Term.objects.get(cooperation=north, application=None, cost_type=None)


@pytest.fixture
def administrator(north: Cooperation) -> User:
    return cast.person("administrator", north, Role.Kind.ADMINISTRATOR)


@pytest.fixture
def second_administrator(north: Cooperation) -> User:
    """Closes what ``administrator`` proposes."""
    return cast.person("second", north, Role.Kind.ADMINISTRATOR)


@pytest.fixture
def coordinator(north: Cooperation, torsby: Municipality) -> User:
    return cast.person("coordinator", north, Role.Kind.COORDINATOR, torsby)


@pytest.fixture
def finance(north: Cooperation, torsby: Municipality) -> User:
    return cast.person("finance", north, Role.Kind.FINANCE, torsby)


@pytest.fixture
def auditor(north: Cooperation) -> User:
    return cast.person("auditor", north, Role.Kind.AUDITOR)


@pytest.fixture
def stranger(outside: Cooperation) -> User:
    """The administrator of another cooperation."""
    return cast.person("stranger", outside, Role.Kind.ADMINISTRATOR)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A client that the given person is signed in with."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def do_jobs(db: None) -> Callable[[], int]:
    """Does every ready job, as a worker would; gives back how many there were."""
    return run_all
