import datetime as dt

import factory
from factory.django import DjangoModelFactory

from municipalities.actions import hash_secret
from municipalities.models import (
    Absence,
    Colleague,
    Cooperation,
    Driver,
    Invitation,
    Link,
    Member,
    Municipality,
    Notice,
    Reading,
    Role,
    SavedView,
    Site,
    Supplier,
    Token,
    Upload,
)
from tests.factories.accounts import UserFactory

LONG_AGO = dt.date(2020, 1, 1)
FIRST_MONTH = dt.date(2026, 1, 1)
"""Late, as every month between it and the first one with costs is closed too."""
SECRET = "0" * 64


class CooperationFactory(DjangoModelFactory):
    """Shares costs from January 2026 on."""

    class Meta:
        model = Cooperation
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda number: f"cooperation-{number}")
    name = factory.LazyAttribute(lambda row: row.slug.replace("-", " ").title())
    first_month = FIRST_MONTH


class MunicipalityFactory(DjangoModelFactory):
    class Meta:
        model = Municipality
        django_get_or_create = ("country", "code")

    country = "SE"
    code = factory.Sequence(lambda number: f"{100 + number if number < 1500 else 2000 + number:04d}")
    """Never one that the cast has, however many are made: Torsby is 1737, Sundsvall 2281."""
    name = factory.LazyAttribute(lambda row: f"Municipality {row.code}")


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    cooperation = factory.SubFactory(CooperationFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    valid_from = LONG_AGO


class RoleFactory(DjangoModelFactory):
    """An administrator unless said otherwise."""

    class Meta:
        model = Role

    cooperation = factory.SubFactory(CooperationFactory)
    user = factory.SubFactory(UserFactory)
    kind = Role.Kind.ADMINISTRATOR


class TokenFactory(DjangoModelFactory):
    """A token that reads, valid for long; ``bearer`` of it is what its owner sends."""

    class Meta:
        model = Token

    cooperation = factory.SubFactory(CooperationFactory)
    name = "ledger"
    prefix = factory.Sequence(lambda number: f"sd_{number:08x}")
    secret_hash = hash_secret(SECRET)
    scopes = factory.LazyFunction(lambda: ["read"])
    created_by = factory.SubFactory(UserFactory)
    created_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    expires_at = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


def bearer(token: Token) -> str:
    """The whole secret of a token made here."""
    return f"{token.prefix}.{SECRET}"


class InvitationFactory(DjangoModelFactory):
    """For an auditor, and sent by letter, unless said otherwise."""

    class Meta:
        model = Invitation

    cooperation = factory.SubFactory(CooperationFactory)
    email = factory.Sequence(lambda number: f"invited{number}@example.se")
    kind = Role.Kind.AUDITOR
    language = "en"
    mark = "m" * 22
    invited_by = factory.SubFactory(UserFactory)
    invited_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    expires_at = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    sent_at = invited_at


class NoticeFactory(DjangoModelFactory):
    """Somebody has joined, which nobody has read."""

    class Meta:
        model = Notice

    cooperation = factory.SubFactory(CooperationFactory)
    user = factory.SubFactory(UserFactory)
    kind = "joined"
    about = "1"
    event = factory.Sequence(lambda number: f"joined {number}")
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class UploadFactory(DjangoModelFactory):
    """Costs, not looked at yet."""

    class Meta:
        model = Upload

    cooperation = factory.SubFactory(CooperationFactory)
    kind = "costs"
    file_name = "costs.csv"
    content = b"external_id;amount\nL-1;5\n"
    sha256 = "0" * 64
    size = 25
    language = "en"
    uploaded_by = factory.SubFactory(UserFactory)
    uploaded_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class DriverFactory(DjangoModelFactory):
    """A public driver unless a cooperation is given."""

    class Meta:
        model = Driver
        django_get_or_create = ("cooperation", "code")

    cooperation = None
    code = factory.Sequence(lambda number: f"driver-{number}")
    name = factory.LazyAttribute(lambda row: row.code.title())
    unit = "pcs"


class ReadingFactory(DjangoModelFactory):
    class Meta:
        model = Reading

    driver = factory.SubFactory(DriverFactory)
    cooperation = factory.SelfAttribute("driver.cooperation")
    municipality = factory.SubFactory(MunicipalityFactory)
    reference_on = dt.date(2025, 12, 31)
    value = 1
    source = "a test"


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    cooperation = factory.SubFactory(CooperationFactory)
    name = factory.Sequence(lambda number: f"Site {number}")
    kind = Site.Kind.SERVER_ROOM
    valid_from = LONG_AGO


class SupplierFactory(DjangoModelFactory):
    class Meta:
        model = Supplier

    cooperation = factory.SubFactory(CooperationFactory)
    name = factory.Sequence(lambda number: f"Supplier {number}")


class LinkFactory(DjangoModelFactory):
    """A link to an outside provider."""

    class Meta:
        model = Link

    cooperation = factory.SelfAttribute("site.cooperation")
    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda number: f"Link {number}")
    kind = Link.Kind.BROADBAND
    outside = "A provider"
    valid_from = LONG_AGO


class ColleagueFactory(DjangoModelFactory):
    class Meta:
        model = Colleague

    cooperation = factory.SubFactory(CooperationFactory)
    name = factory.Sequence(lambda number: f"Colleague {number}")
    municipality = factory.SubFactory(MunicipalityFactory)
    valid_from = LONG_AGO


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = Absence

    cooperation = factory.SelfAttribute("colleague.cooperation")
    colleague = factory.SubFactory(ColleagueFactory)
    valid_from = LONG_AGO


class SavedViewFactory(DjangoModelFactory):
    """The catalogue as it is, kept by one person for themselves."""

    class Meta:
        model = SavedView

    cooperation = factory.SubFactory(CooperationFactory)
    maker = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"View {number}")
    path = "services/"
