"""Every page of the portal is accessible, and fits a phone: pages come from the addresses there are."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page

from municipalities.models import Cooperation, Notice, Role, Upload
from sharedict.accounts.models import User
from tests import cast
from tests.architecture import worlds
from tests.architecture.routes import all_routes
from tests.architecture.worlds import World
from tests.browser import accessibility_problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NO_PAGES = {
    *("sign-out", "set-language", "set-theme", "health", "ready", "period-progress", "api-docs"),
    "status-feed",
}
"""What is no page, a part of one, or made by others."""
IS_WIDER = "document.documentElement.scrollWidth > innerWidth"
SHOWN = 110
"""So many pages at least: fewer, and the test looks at refusals."""


@pytest.fixture
def north(transactional_db: None) -> World:
    """One of everything, a file whose columns have to be chosen, and a long name in the bar."""
    world = worlds.north()
    Cooperation.objects.update(name="Norra Värmlands gemensamma it-organisation")
    content = b"Id;Belopp\nA-1;10,00\n"
    chosen = {"Id": "external_id", "Belopp": "amount"}
    Upload.objects.update(headers=["Id", "Belopp"], columns=chosen, content=content)
    return world


@pytest.fixture
def operator(north: World) -> User:
    """Who may see everything there is."""
    person = cast.person("operator", north.cooperation, Role.Kind.ADMINISTRATOR)
    person.is_superuser = person.is_staff = True
    person.save()
    return person


def addresses(world: World) -> Iterator[str]:
    for route in all_routes():
        is_page = not route.is_api and not route.name.startswith("admin:") and "get" in route.methods
        if is_page and route.name not in NO_PAGES:
            values = {**world.values(route.model), "secret": "x", "uidb64": "x", "token": "x"}
            yield route.address({name: values.get(name) or "x" for name in route.parameters})


@pytest.mark.parametrize(
    "browser_options",
    [{"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "locale": "sv-SE"}],
    ids=["phone-dark-swedish"],
)
def test_every_page_is_accessible_and_fits_a_phone_and_a_small_screen(
    north: World, operator: User, signed_in: Callable[[User], Page]
) -> None:
    page, found, shown = signed_in(operator), {}, set()
    for address in addresses(north):
        try:
            answer = page.goto(address)
        except Error:  # a file, which is saved instead of shown
            continue
        if answer is None or answer.status not in (200, 410) or page.url in shown:
            continue
        shown.add(page.url)
        problems = accessibility_problems(page)
        for width in (1024, 320):
            page.set_viewport_size({"width": width, "height": 640})
            if page.evaluate(IS_WIDER):
                problems.append(f"scrolls sideways at {width}")
        if problems:
            found[address] = problems
    assert not found, found
    assert len(shown) >= SHOWN


@pytest.mark.parametrize("browser_options", [{"locale": "sv-SE"}, {"locale": "en-GB"}], ids=["sv", "en"])
def test_the_bar_has_room_for_all_at_every_width(
    north: World, operator: User, signed_in: Callable[[User], Page]
) -> None:
    Notice.objects.bulk_create(
        Notice(
            cooperation=north.cooperation, user=operator, kind="closed", event=str(number), at=timezone.now()
        )
        for number in range(120)
    )
    page = signed_in(operator)
    page.goto(f"/{north.cooperation.slug}/members/")
    wider = []
    for width in range(320, 1460, 20):
        page.set_viewport_size({"width": width, "height": 640})
        if page.evaluate(IS_WIDER):
            wider.append(width)
    assert wider == []
