"""What the catalogue of North Värmland tells of its applications. All of it is made up; which services have a
unit price, hours and a competence centre is as real cooperations publish it.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from billing.management.demonstration.builder import Builder
from billing.management.demonstration.swedish import Both, either
from services.actions import OFFICE, move_application, ship_purposes
from services.models import Application, ClosedDay, DataProtection, Document, Purpose, Task


@dataclass(frozen=True, slots=True)
class Told:
    """One application: its ``purpose`` by code, integrity and availability, and until when it is reviewed.

    ``days`` are those until the next review; fewer than none is late. ``price`` is for each of ``per``.
    """

    purpose: str
    integrity: int
    availability: int
    days: int
    included: Both = ("", "")
    not_included: Both = ("", "")
    price: str = ""
    per: Both = ("", "")
    delivery: int | None = None
    charging: str = Application.Charging.BASE


PILOTED = "e-services"
"""What was tried before all used it."""

CATALOGUE = {
    "e-invoice": Told("1-1", 3, 2, 200),
    "helpdesk": Told(
        "7-5", 1, 2, -12,
        ("Telephone and mail 08:00-16:30", "Telefon och e-post 08:00-16:30"),
        ("Visits at the workplace", "Besök på arbetsplatsen"),
        delivery=2, charging=Application.Charging.PASSED_ON,
    ),
    "real-estate": Told("4-2", 2, 1, 320),
    "erp": Told("1-1", 3, 3, 45),
    "utilities": Told("4-3", 3, 2, 150),
    PILOTED: Told(
        "2-1", 2, 3, 60,
        ("Schedules, absence and queues", "Scheman, frånvaro och köer"),
        ("Support for parents", "Support till vårdnadshavare"),
        "12.50", ("pupil and year", "elev och år"), 10, Application.Charging.PRICED,
    ),
    "social-care": Told(
        "3-1", 3, 3, 77,
        ("Records, planning and mobile work", "Journal, planering och mobilt arbete"),
        ("Telephones of the staff", "Personalens telefoner"),
        delivery=5,
    ),
}  # fmt: skip

TASKS = (
    (("Running and watching it", "Drift och övervakning"), Task.DoneBy.COOPERATION),
    (("Restoring it from a copy", "Återläsning från kopia"), Task.DoneBy.COOPERATION),
    (("Upgrades and faults in the program", "Uppgraderingar och fel i programmet"), Task.DoneBy.SUPPLIER),
    (("Permissions of its users", "Användarnas behörigheter"), Task.DoneBy.MUNICIPALITY),
    (("Training its users", "Utbildning av användarna"), Task.DoneBy.MUNICIPALITY),
)


def tell_catalogue(builder: Builder) -> None:
    """Purposes, classes, prices, tasks, data protection, documents, and a pilot that is over."""
    today = timezone.localdate()
    ship_purposes(cooperation=builder.cooperation, by=builder.by)
    purposes = {row.code: row for row in Purpose.objects.of(builder.cooperation)}
    for code, told in CATALOGUE.items():
        row = builder.applications[code]
        row.serves, row.competence_centre = purposes[told.purpose], row.owner
        row.integrity, row.availability = told.integrity, told.availability
        row.review_on = today + dt.timedelta(days=told.days)
        row.included, row.not_included = either(told.included), either(told.not_included)
        row.charging, row.delivery_days = told.charging, told.delivery
        row.unit_price = Decimal(told.price) if told.price else None
        row.priced_per = either(told.per)
        builder.add(row)
        manual = either(("Manual", "Handbok"))
        url = f"https://documents.example/{code}"
        builder.add(Document(cooperation=builder.cooperation, application=row, title=manual, url=url))
    _who_does_what(builder)
    _data_protection(builder, today)
    _closed_days(builder, today)
    _out_of_its_pilot(builder)


def _who_does_what(builder: Builder) -> None:
    for code in ("social-care", "erp"):
        for what, done_by in TASKS:
            row = builder.applications[code]
            builder.add(
                Task(cooperation=builder.cooperation, application=row, what=either(what), done_by=done_by)
            )


def _data_protection(builder: Builder, today: dt.date) -> None:
    """Told whole of two municipalities; of the third the agreement is not signed, and a review is late."""
    board = either(("Social board", "Socialnämnden"))
    for number, place in enumerate(builder.members.values()):
        is_last = number == len(builder.members) - 1
        builder.add(
            DataProtection(
                cooperation=builder.cooperation,
                application=builder.applications["social-care"],
                municipality=place,
                board=board,
                agreement=either(("Processor agreement 2024-17", "Biträdesavtal 2024-17")),
                signed_on=None if is_last else builder.since,
                sub_processors="Omvårdnad Data AB",
                review_on=today + dt.timedelta(days=-20 if is_last else 180),
            )
        )


def _closed_days(builder: Builder, today: dt.date) -> None:
    """The eves that Swedish law knows as days like others, and offices do not."""
    for year in (today.year, today.year + 1):
        for month, day, name in (
            (12, 24, ("Christmas Eve", "Julafton")),
            (12, 31, ("New Year's Eve", "Nyårsafton")),
        ):
            on = dt.date(year, month, day)
            row = ClosedDay(cooperation=builder.cooperation, calendar=builder.calendars[OFFICE], day=on)
            row.name = either(name)
            builder.add(row)


def _out_of_its_pilot(builder: Builder) -> None:
    """The e-services were tried before all used them."""
    builder.applications[PILOTED] = move_application(
        application=builder.applications[PILOTED],
        to=Application.Lifecycle.IN_USE,
        reason=either(("The trial at Sunne went well", "Provet i Sunne gick bra")),
        by=builder.by,
        now=timezone.now() - dt.timedelta(days=400),
    )
