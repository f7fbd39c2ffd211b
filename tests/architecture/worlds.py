"""Two cooperations that hold one of everything, so that each address has something of each.

January 2026 is closed and a cost of it has changed since: February charges the difference.
"""

import datetime as dt
import zlib
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils import timezone

from agreements.models import Agreement, CostType, Key, Term
from billing.actions import recompute
from billing.models import Cost, Paper, Period, Run, RunTotal, Statement
from municipalities.models import (
    Cooperation,
    Driver,
    Invitation,
    Link,
    Member,
    Municipality,
    Reading,
    Role,
    Site,
    Token,
    Upload,
    UploadFinding,
)
from services.models import Application, Installation, Subscription
from sharedict.jobs.models import Job
from tests import cast
from tests.factories.agreements import even_key
from tests.factories.billing import CostFactory, OutageCostFactory, close, compute
from tests.factories.municipalities import (
    AbsenceFactory,
    ColleagueFactory,
    DriverFactory,
    InvitationFactory,
    LinkFactory,
    NoticeFactory,
    ReadingFactory,
    SavedViewFactory,
    SiteFactory,
    SupplierFactory,
    TokenFactory,
    UploadFactory,
)
from tests.factories.services import (
    AlertFactory,
    AlertSourceFactory,
    ApplicationFactory,
    CalendarFactory,
    ClosedDayFactory,
    CompetenceFactory,
    DataProtectionFactory,
    DependencyFactory,
    DocumentFactory,
    InstallationFactory,
    LifecycleMoveFactory,
    MeasuredYearFactory,
    OnCallFactory,
    OrderFactory,
    OrderLineFactory,
    OrderRuleFactory,
    OrderStepFactory,
    OutageEffectFactory,
    OutageFactory,
    OutageUpdateFactory,
    PriorityTableFactory,
    PurposeFactory,
    StatusFeedFactory,
    SubscriptionFactory,
    TaskFactory,
    VariantFactory,
    WatchedThingFactory,
)

NOTHING: dict[str, Any] = {
    "cooperation": "no-such",
    "slug": "no-such",
    "pk": 10**9,
    "driver": 10**9,
    "code": "no-such",
    "reference": "C99999999",
    "key": "SE9999",
}
"""What no cooperation has."""

WITHOUT_TENANT = {Cooperation, Municipality}


@dataclass
class World:
    """A cooperation with one of everything; codes in it are its own."""

    cooperation: Cooperation
    place: Municipality
    rows: dict[type[Model], Model] = field(default_factory=dict)

    def values(self, model: type[Model] | None) -> dict[str, Any]:
        """What stands for the names in an address about ``model``."""
        row: Any = self.rows.get(model) if model else None
        cost: Any = self.rows[Cost]
        return {
            "cooperation": self.cooperation.slug,
            "slug": self.cooperation.slug,
            "pk": getattr(row, "pk", None),
            "driver": self.rows[Driver].pk,
            "code": getattr(row, "code", None),
            "key": self.place.key,
            "month": "2026-01",
            "charging": "2026-02",
            "year": 2026,
            "kind": "csv",
            "reference": cost.reference,
        }


def north() -> World:
    return _furnished(World(cast.north(), cast.torsby()))


def outside() -> World:
    return _furnished(World(cast.outside(), cast.sundsvall()))


def _furnished(world: World) -> World:
    cooperation, place = world.cooperation, world.place
    code = f"only-{cooperation.slug}"
    application = ApplicationFactory(cooperation=cooperation, code=code, name="Its own")
    driver = DriverFactory(cooperation=cooperation, code=code, name="Its own")
    site = SiteFactory(cooperation=cooperation)
    subscription = SubscriptionFactory(application=application, municipality=place)
    link, supplier = LinkFactory(site=site), SupplierFactory(cooperation=cooperation)
    other = ApplicationFactory(cooperation=cooperation, code=f"other-{code}", name="Another")
    kind = CostType.objects.get(cooperation=cooperation)
    cost = CostFactory(cooperation=cooperation, application=application, cost_type=kind)
    key = even_key(cooperation=cooperation, code=code, name="Its own")
    [period] = compute(cooperation)
    period = _closed_and_changed(period, cost)
    now = timezone.now()
    job = Job.objects.create(
        cooperation=cooperation,
        kind="facts-changed",
        state=Job.State.FAILED,
        touches_from=dt.date(2026, 1, 1),
        created_at=now,
        run_after=now,
        finished_at=now,
    )
    person = cast.person(f"colleague-{cooperation.slug}", cooperation, Role.Kind.AUDITOR)
    upload = UploadFactory(cooperation=cooperation, uploaded_by=person)
    colleague = ColleagueFactory(cooperation=cooperation, municipality=place)
    source = AlertSourceFactory(
        cooperation=cooperation, token=TokenFactory(cooperation=cooperation, created_by=person)
    )
    outage = OutageFactory(cooperation=cooperation, source=source)
    outage.applications.add(application)
    outage.sites.add(site)
    outage.links.add(link)
    outage.suppliers.add(supplier)
    calendar = CalendarFactory(cooperation=cooperation)
    order = OrderFactory(cooperation=cooperation, municipality=place)
    rows = [
        colleague,
        AbsenceFactory(colleague=colleague, valid_from=dt.date(2025, 1, 1), valid_until=dt.date(2025, 1, 9)),
        CompetenceFactory(application=application, colleague=colleague),
        OnCallFactory(application=application, colleague=colleague, valid_from=dt.date(2026, 1, 1)),
        cooperation,
        place,
        source,
        outage,
        OutageEffectFactory(outage=outage, application=application, municipality=place),
        OutageUpdateFactory(outage=outage, by=person),
        order,
        OrderLineFactory(order=order, application=application),
        OrderRuleFactory(cooperation=cooperation),
        OrderStepFactory(order=order, moved_by=person),
        PriorityTableFactory(cooperation=cooperation),
        OutageCostFactory(outage=outage, cost=cost),
        WatchedThingFactory(source=source, application=application),
        AlertFactory(source=source, outage=outage),
        StatusFeedFactory(cooperation=cooperation, user=person),
        application,
        driver,
        site,
        subscription,
        kind,
        cost,
        key,
        key.versions.get(),
        period,
        job,
        period.current_run,
        RunTotal.objects.get(run=period.current_run, municipality=place),
        ReadingFactory(driver=driver, municipality=place),
        link,
        supplier,
        DependencyFactory(application=application, needs=[other, link, supplier]),
        InstallationFactory(application=application, site=site),
        calendar,
        ClosedDayFactory(calendar=calendar),
        TaskFactory(application=application),
        DataProtectionFactory(application=application, municipality=place),
        LifecycleMoveFactory(application=application, moved_by=person),
        PurposeFactory(cooperation=cooperation),
        DocumentFactory(application=application),
        VariantFactory(application=application),
        MeasuredYearFactory(application=application),
        Member.objects.get(cooperation=cooperation, municipality=place),
        Agreement.objects.get(cooperation=cooperation),
        Term.objects.get(cooperation=cooperation),
        Role.objects.get(user=person),
        TokenFactory(cooperation=cooperation, created_by=person),
        InvitationFactory(cooperation=cooperation, invited_by=person),
        upload,
        NoticeFactory(cooperation=cooperation, user=person),
        SavedViewFactory(cooperation=cooperation, maker=person, is_shared=True),
        Paper.objects.create(
            cooperation=cooperation,
            statement=Statement.objects.get(run=period.current_run, municipality=place),
            language="en",
            tells_others=True,
            packed=zlib.compress(b"%PDF-1.7"),
            made_at=now,
        ),
    ]
    finding = {"number": 0, "place": 0, "line": 2, "outcome": "wrong", "what": "L-1", "errors": ["Its own"]}
    finding["language"] = "en"
    UploadFinding.objects.create(upload=upload, cooperation=cooperation, **finding)
    world.rows = {type(row): row for row in rows}
    expected = {
        Driver,
        Installation,
        Invitation,
        Key,
        Link,
        Period,
        Reading,
        Run,
        Site,
        Subscription,
        Token,
        Upload,
        Application,
    }
    assert expected <= set(world.rows)
    return world


def _closed_and_changed(period: Period, cost: Cost) -> Period:
    cooperation = period.cooperation
    people = [
        cast.person(f"{name}-{cooperation.slug}", cooperation, Role.Kind.ADMINISTRATOR)
        for name in ("proposer", "closer")
    ]
    close(period, proposer=people[0], closer=people[1])
    Cost.objects.filter(pk=cost.pk).update(amount=cost.amount * 2)
    cost.refresh_from_db()
    recompute(cooperation_id=cooperation.pk, touches=(period.first_day, None))
    return Period.objects.select_related("current_run").get(pk=period.pk)
