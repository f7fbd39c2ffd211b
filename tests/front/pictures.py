"""Pictures for the gallery, full enough to crowd their words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from municipalities.reports.boundaries import boundary_of
from sharedict.pictures.areas import Place, areas
from sharedict.pictures.bar import bars
from sharedict.pictures.changes import Changes, Step, changes
from sharedict.pictures.clocks import Clock, Hours, clocks
from sharedict.pictures.drawing import Key, Picture
from sharedict.pictures.months import Month, Months, months
from sharedict.pictures.network import Network, Rail, Site, State
from sharedict.pictures.rails import rails
from sharedict.pictures.timeline import Kind, Point, Span, Timeline, timeline

BARS = [
    (name, value, bar)
    for name, value, bar in zip(
        ("Torsby", "Sunne", "Hagfors", "Given back"),
        ("940", "1,020", "890", "\N{MINUS SIGN}120"),
        bars([940, 1020, 890, -120], own=[0], marks=[900, 1000, 900, 0]),
        strict=True,
    )
]
NAMES = ("Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov")
COST = (
    131_200,
    138_100,
    135_400,
    141_000,
    149_449,
    134_800,
    126_300,
    137_700,
    133_900,
    127_000,
    138_585,
    134_307,
)
MOVING: tuple[int | None, ...] = (None, None, 900, -400, 12_000, 80, 0, -3_800, 7_000, None, 1, -5_000)


def year(values: tuple[int | None, ...], **more: Any) -> Picture:
    """Twelve months, the last of them shown."""
    columns = [
        Month(name, value, "" if value is None else f"{value:,}".replace("-", "\N{MINUS SIGN}"))
        for name, value in zip(NAMES, values, strict=True)
    ]
    return months(Months("Torsby by month", columns, **more))


CAUSES = (
    "ERP",
    "Korrigeringar av tidigare månader och år",
    "E-services for schools and child care",
    "Helpdesk",
    "Charging for refuse and water",
    "Web training",
    "Samarbetet som helhet",
    "Social care system",
)
CHANGE = (13_858_505, -228_148, 123_488, 43_360, -1, 15_940, -7_770, 9_100, -383_775)


def changed(start: int, moved: Sequence[int]) -> Changes:
    """The month before, what moved it, and this month."""
    causes = [Step(name, value, written(value, "+")) for name, value in zip(CAUSES, moved, strict=False)]
    before, after = (
        Step(name, value, written(value))
        for name, value in (("October 2026", start), ("November 2026", start + sum(moved)))
    )
    return Changes("Torsby pays less", before, causes, after, "more", "less")


def written(minor: int, sign: str = "") -> str:
    return f"{minor / 100:{sign},.2f}".replace("-", "\N{MINUS SIGN}")


NEXT = Timeline(
    "Three days to act",
    date(2026, 11, 25),
    date(2027, 6, 1),
    today=date(2026, 11, 27),
    today_words="today",
    points=[
        Point(date(2026, 11, 30), "E-invoice workflow, Kolbäcken Programvara", Kind.ACT),
        Point(date(2026, 12, 31), "Helpdesk seats, ERP price", Kind.ACT),
        Point(date(2027, 1, 15), "Social care system, information class"),
        Point(date(2027, 2, 28), "ERP contract", Kind.ACT),
        Point(date(2027, 3, 2), "Version 3 decided", Kind.DONE),
    ],
    ticks=[
        (date(2026, 12, 1), "December"),
        *(
            (date(2027, month, 1), name)
            for month, name in enumerate(("January 2027", "February", "March", "April", "May"), start=1)
        ),
    ],
)
AGREEMENT = Timeline(
    "Act by 31 December 2028",
    date(2027, 1, 1),
    date(2031, 12, 31),
    today=date(2027, 1, 3),
    today_words="today",
    points=[Point(date(2028, 12, 31), "notice by 31 Dec 2028", Kind.ACT)],
    spans=[
        Span(date(2027, 1, 1), date(2030, 1, 1), "in force until 31 Dec 2029", is_own=True),
        Span(date(2030, 1, 1), date(2031, 12, 31), "else renews, 24 months"),
    ],
    ticks=[(date(year, 1, 1), str(year)) for year in range(2027, 2032)],
)
CAME = Timeline(
    "How it came",
    date(2026, 9, 1),
    date(2026, 12, 5),
    today=date(2026, 11, 28),
    today_words="28 november: i dag",
    points=[
        Point(date(2026, 11, 26), "26 november: september 2026 stängd, kostnaden inlagd", Kind.DONE),
        Point(date(2026, 12, 1), "1 december: november 2026 kan stängas och debitera det"),
    ],
    spans=[Span(date(2026, 9, 1), date(2026, 10, 1), "1 september till 30 september: kostnadens dagar")],
    ticks=[
        (date(2026, month, 1), name) for month, name in ((10, "October"), (11, "November"), (12, "December"))
    ],
)
LEFT = replace(
    CAME,
    until=date(2026, 12, 2),
    points=[Point(CAME.today, "28 november: september 2026 stängd, kostnaden inlagd, lämnad", Kind.DONE)],
    spans=[Span(date(2026, 9, 1), date(2026, 9, 3), "1 september till 2 september: kostnadens dagar")],
)
CLOCKS = [
    Clock("Runs", [Hours(0, 1440)], [Hours(0, 1440)]),
    Clock("Measured, without the windows for service", [Hours(360, 1320)], [Hours(480, 1200)]),
    Clock("Support", [Hours(480, 990), Hours(0, 1440, on_call=True)], [Hours(0, 1440, on_call=True)]),
]
STATES = {State.USE: "link in use", State.SPARE: "takes over", State.OUT: "lost"}


def network(count: int, providers: int, *, lost: bool = False) -> Network:
    """So many sites, the last of them a mirror of the first two; every provider reaches some of them."""
    keys = [f"s{place}" for place in range(count)]
    sites = [
        Site(
            key,
            f"{('Torsby', 'Sunne', 'Hagfors', 'Upplands Väsby')[place % 4]} operations centre {place}",
            ["operations centre", *([] if place % 3 else ["Lost: ERP, Real-estate data, Social care"])],
            "out" if lost and place == 0 else "own" if place == count - 1 else "",
        )
        for place, key in enumerate(keys)
    ]
    joined = [
        Rail(
            f"Provider {place}, with a long name" if place else "Teracom",
            "broadband 100 Mbit/s, Internet connection 1,000 Mbit/s",
            keys[:: place + 1] if place < 3 else keys[-place:][:1],
            lost=frozenset(keys[:1]) if lost else frozenset(),
        )
        for place in range(providers)
    ]
    others = [Rail("Fibre", "dark fibre", keys[place : place + 2]) for place in range(3, count - 1, 7)]
    vpn = Rail("VPN by way of Torsby", "100 Mbit/s", keys[:-1:3], State.OUT if lost else State.USE)
    over = Rail(sites[-1].name, "takes over", [*keys[:2], keys[-1]], State.SPARE, over=keys[-1])
    return Network("Torsby is the middle", sites, joined, [vpn, *others, over], STATES)


def small_network() -> Network:
    """Three sites and their mirror, joined as in the demonstration, in the longer words of Swedish."""
    sites = [
        *(
            Site(name, f"{name} operations centre", ["driftcentral"])
            for name in ("Hagfors", "Sunne", "Torsby")
        ),
        Site("mirror", "Fourth site", ["spegel", "kan ta över"]),
    ]
    keys = [site.key for site in sites]
    providers = [
        Rail("Teracom", "bredband 100 Mbit/s", keys),
        Rail("TeliaSonera", "internetanslutning", ["Torsby"]),
    ]
    joints = [
        Rail("switchat VPN", "genom Torsby operations centre", keys[:3]),
        Rail("", "", keys, State.SPARE, over="mirror"),
    ]
    return Network("Torsby is the middle", sites, providers, joints, STATES)


def one_service() -> Network:
    """Where one service runs, and what can take over."""
    sites = [Site("a", "Hagfors operations centre", ["primary"]), Site("m", "Fourth site", ["can take over"])]
    over = Rail("", "", ["a", "m"], State.SPARE, over="m")
    return Network("Fourth site can take over", sites, [], [over], STATES)


VARMLAND = {
    "1737": "Torsby", "1766": "Sunne", "1715": "Kil", "1730": "Eda", "1760": "Storfors", "1761": "Hammarö",
    "1762": "Munkfors", "1763": "Forshaga", "1764": "Grums", "1765": "Årjäng", "1780": "Karlstad",
    "1781": "Kristinehamn", "1782": "Filipstad", "1783": "Hagfors", "1784": "Arvika", "1785": "Säffle",
}  # fmt: skip
MAP = [
    Place(name, boundary_of(f"SE{code}"), "own" if number == 0 else "use" if number % 3 else "none")
    for number, (code, name) in enumerate(VARMLAND.items())
]
MAP_KEYS = [Key("area-own", "yours"), Key("area-use", "uses it"), Key("area-none", "does not use it")]


PICTURES = {
    "map": areas("10 of 16 members use it.", MAP, MAP_KEYS),
    "months": year(COST, line=135_200, line_words="budget 135,200"),
    "months-below-zero": year(MOVING),
    "timeline": timeline(NEXT),
    "agreement": timeline(AGREEMENT),
    "late-change": timeline(CAME),
    "late-change-that-is-left": timeline(LEFT),
    "clocks": clocks("Support is open 08 to 16:30", CLOCKS),
    "network": rails(network(4, 2, lost=True)),
    "network-of-the-demonstration": rails(small_network()),
    "where-a-service-runs": rails(one_service()),
    "network-of-two": rails(network(2, 1)),
    "network-of-forty": rails(network(40, 6)),
    "changes": changes(changed(CHANGE[0], CHANGE[1:])),
    "changes-that-are-all-less": changes(changed(10_000, (-30_000, -5_000, -100))),
}
