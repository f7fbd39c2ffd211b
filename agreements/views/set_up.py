"""Steps of the set-up: the first key with its decision, and the term that lets it divide every cost."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.actions import ComponentDraft, begin_key, begin_term, plan_key_version, planned_fact
from agreements.models import Agreement, Component, Key, KeyVersion, Term
from agreements.portal import KEY, TERM, payers_in_words, scope_in_words, version_in_words
from municipalities.actions import begin_driver, validate_row
from municipalities.models import Cooperation, Driver, Municipality, Reading
from municipalities.portal import Change, SetUpPage, listed, side_by_side
from services.models import Application, Subscription
from sharedict.common.days import DayInput
from sharedict.common.figures import count

EVEN, POPULATION, USERS = "even", "population", "users"
NAMES = {
    EVEN: gettext_lazy("Evenly"),
    POPULATION: gettext_lazy("By population"),
    USERS: gettext_lazy("By users"),
}
"""What a key is called that divides in one way; its code is that way."""
HUNDRED = Decimal(100)


def told_users(cooperation: Cooperation) -> tuple[str, dict[Municipality, int]]:
    """The first application of which all users are told, and how many there are in each municipality."""
    users: dict[Application, dict[Municipality, int | None]] = {}
    rows = Subscription.objects.of(cooperation).for_listing().order_by("application_id", "municipality__name")
    for row in rows:
        users.setdefault(row.application, {})[row.municipality] = row.users
    for application, counts in users.items():
        told = {place: number for place, number in counts.items() if number is not None}
        if len(told) == len(counts) and any(told.values()):
            return application.name, told
    return "", {}


class FirstKeyForm(forms.Form):
    """One of the ways in which most divide, and who decided it."""

    way = forms.ChoiceField(label=gettext_lazy("Divided"), widget=forms.RadioSelect, initial=EVEN)
    decision = forms.CharField(
        label=gettext_lazy("Decision"),
        max_length=300,
        help_text=gettext_lazy("Who decided it and where it is written."),
    )
    decided_on = forms.DateField(label=gettext_lazy("Decided"), widget=DayInput())

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation
        self.helper = side_by_side(("way", "decision", "decided_on"))
        self.application, self.users = told_users(cooperation)
        self.initial.setdefault("decided_on", timezone.localdate())
        way: Any = self.fields["way"]
        way.choices = [
            (EVEN, _("Evenly: everybody pays the same")),
            (POPULATION, _("By population, on 1 January of each year")),
            (USERS, self._by_users()),
        ]

    def _by_users(self) -> str:
        if not self.users:
            return _("By users: say in the step before how many users each municipality has")
        counts = listed([f"{place} {count(number)}" for place, number in self.users.items()])
        words = {"application": self.application, "counts": counts}
        return _("By users of %(application)s: %(counts)s") % words

    def clean_way(self) -> str:
        way: str = self.cleaned_data["way"]
        if Key.objects.of(self.cooperation).filter(code=way, versions__isnull=False).exists():
            raise ValidationError(_("There is a key already that divides so: choose another way."))
        if way == POPULATION and not Driver.objects.filter(cooperation=None, code=POPULATION).exists():
            raise ValidationError(_("No population is known here: choose another way."))
        if way == POPULATION and (unknown := self.without_population()):
            raise ValidationError(self.asking_for(unknown))
        if way == USERS and not self.users:
            raise ValidationError(_("Say first how many users of an application each municipality has."))
        return way

    def asking_for(self, unknown: Sequence[Municipality]) -> str:
        """Says whose population is missing, and leads to where the cooperation enters it for itself."""
        driver = Driver.objects.get(cooperation=None, code=POPULATION)
        day = dt.date(self.cooperation.first_month.year - 1, 12, 31)
        address = reverse("reading-add", args=[self.cooperation.slug, driver.pk])
        said = _("No population of %(names)s is known for that day.")
        return format_html(
            '{} <a href="{}?for={}&amp;on={}&amp;step={}">{}</a> {}',
            said % {"names": listed([place.name for place in unknown])},
            *(address, unknown[0].pk, day, KEY.page),
            _("Enter the population of %(name)s") % {"name": unknown[0].name},
            _("or choose another way."),
        )

    def without_population(self) -> list[Municipality]:
        """Members whose population is not known on 1 January of the first year."""
        first = self.cooperation.first_month
        members = Municipality.objects.members_of(self.cooperation, first, dt.date.max).order_by("name")
        known = Reading.objects.usable_in(self.cooperation).filter(
            driver__cooperation=None, driver__code=POPULATION, reference_on__lte=dt.date(first.year, 1, 1)
        )
        return list(members.exclude(pk__in=known.values("municipality")))


class SetUpKey(SetUpPage):
    step = KEY
    form_class = FirstKeyForm
    title = gettext_lazy("How is a cost divided?")
    lead = gettext_lazy("A key is a rule with a decision. Later versions of it begin on a day of their own.")
    there_title = gettext_lazy("Keys so far")
    form_title = gettext_lazy("Add a key")
    go_label = gettext_lazy("Adopt it and go on")
    elsewhere = (("key-add", gettext_lazy("A key in several parts, with fixed parts, a floor or a cap")),)

    def checked_changes(self, form: Any) -> Sequence[Change]:
        """The version with what it divides by, and the readings that come with it."""
        way = form.cleaned_data["way"]
        driver = self.driver_of_users() if way == USERS else None
        readings = self.readings_of_users(form, driver) if driver else []
        parts = [self.component(way, driver)]
        _latest, version = plan_key_version(key=self.key(way), components=parts, **self.version(form))
        return [
            *(Change(None, each) for each in readings),
            Change(None, version, parts=planned_fact(version, parts)),
        ]

    def version(self, form: FirstKeyForm) -> dict[str, Any]:
        found = form.cleaned_data
        return {
            "valid_from": self.cooperation.first_month,
            "decision": found["decision"],
            "decided_on": found["decided_on"],
        }

    def save(self, form: FirstKeyForm) -> KeyVersion:
        way = form.cleaned_data["way"]
        driver = self.begun_driver(form) if way == USERS else None
        return begin_key(
            key=self.key(way), by=self.viewer, components=[self.component(way, driver)], **self.version(form)
        )

    def key(self, way: str) -> Key:
        """The key that divides so, which may be new."""
        known = Key.objects.of(self.cooperation).filter(code=way).first()
        return known or Key(cooperation=self.cooperation, code=way, name=str(NAMES[way]))

    def component(self, way: str, driver: Driver | None) -> ComponentDraft:
        if way == EVEN:
            return ComponentDraft(Component.Kind.EVEN, HUNDRED)
        if way == POPULATION:
            driver = Driver.objects.get(cooperation=None, code=POPULATION)
            return ComponentDraft(Component.Kind.DRIVER, HUNDRED, driver, Component.Rule.YEAR_START)
        return ComponentDraft(Component.Kind.DRIVER, HUNDRED, driver, Component.Rule.LATEST_BEFORE)

    def driver_of_users(self) -> Driver:
        """The cooperation's own, which may be new."""
        known = Driver.objects.of(self.cooperation).filter(code=USERS).first()
        return known or Driver(cooperation=self.cooperation, code=USERS, name=_("Users"), unit=_("users"))

    def readings_of_users(self, form: FirstKeyForm, driver: Driver) -> list[Reading]:
        """Those that ``begun_driver`` would add to ``driver``; nothing is saved."""
        values, day, source = self.told(form)
        known = Reading.objects.filter(driver=driver.pk, reference_on__lte=day) if driver.pk else ()
        has_one = {each.municipality_id for each in known}
        return [
            Reading(
                cooperation=self.cooperation,
                driver=driver,
                municipality=place,
                reference_on=day,
                value=value,
                source=source,
            )
            for place, value in values.items()
            if place.pk not in has_one
        ]

    def begun_driver(self, form: FirstKeyForm) -> Driver:
        values, day, source = self.told(form)
        return begin_driver(
            driver=self.driver_of_users(), values=values, on=day, source=source, by=self.viewer
        )

    def told(self, form: FirstKeyForm) -> tuple[dict[Municipality, Decimal], dt.date, str]:
        """How many users each has on the last day before the first month, and who says so."""
        source = _("Users of %(application)s, told at the set-up") % {"application": form.application}
        values = {place: Decimal(number) for place, number in form.users.items()}
        return values, self.cooperation.first_month - dt.timedelta(days=1), source

    def there(self) -> Sequence[dict[str, str]]:
        rows = KeyVersion.objects.of(self.cooperation).for_listing().order_by("key__name", "-valid_from")
        latest = {row.key: row for row in reversed(rows)}
        return [
            {
                "text": str(key),
                "url": self.url("key", key.code),
                "note": " ".join(version_in_words(version, self.cooperation.currency)),
            }
            for key, version in latest.items()
        ]


class FirstTermForm(forms.Form):
    """What a key divides unless something narrower is agreed: every cost, from the first month on."""

    key = forms.ModelChoiceField(
        label=gettext_lazy("Key"), queryset=Key.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    payers = forms.ChoiceField(
        label=gettext_lazy("Who pays for an application"),
        choices=[
            (Term.Payers.SUBSCRIBERS, gettext_lazy("those who use it")),
            (Term.Payers.MEMBERS, gettext_lazy("all members")),
        ],
        widget=forms.RadioSelect,
        initial=Term.Payers.SUBSCRIBERS,
    )
    agreement = forms.ModelChoiceField(
        label=gettext_lazy("Agreement"), queryset=Agreement.objects.none(), empty_label=None
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the agreement"),
        max_length=150,
        help_text=gettext_lazy("The frame that this and all later terms stand in."),
    )
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), widget=DayInput())

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation
        fields: dict[str, Any] = self.fields
        keys = Key.objects.of(cooperation).filter(versions__isnull=False).distinct().order_by("pk")
        agreements = Agreement.objects.of(cooperation).order_by("pk")
        fields["key"].queryset, fields["agreement"].queryset = keys, agreements
        if agreements:
            del fields["name"]
        else:
            del fields["agreement"]
        self.helper = side_by_side(("key", "payers", "agreement" if agreements else "name", "valid_from"))
        self.initial.update(
            key=keys.first(),
            agreement=agreements.first(),
            name=_("Cooperation agreement"),
            valid_from=cooperation.first_month,
        )

    def framed(self) -> tuple[Agreement, Term]:
        """The agreement, which may be new, and the term, which is."""
        found = self.cleaned_data
        agreement = found.get("agreement") or Agreement(
            cooperation=self.cooperation, name=found["name"], valid_from=found["valid_from"]
        )
        term = Term(
            cooperation=self.cooperation,
            agreement=agreement,
            key=found["key"],
            payers=found["payers"],
            valid_from=found["valid_from"],
        )
        return agreement, term


class SetUpTerm(SetUpPage):
    step = TERM
    form_class = FirstTermForm
    title = gettext_lazy("Which costs does the key divide?")
    lead = gettext_lazy(
        "Every cost, unless a narrower term says otherwise. A cost of the cooperation as a whole is divided "
        "among all members."
    )
    there_title = gettext_lazy("Terms so far")
    form_title = gettext_lazy("Add a default")
    elsewhere = (("term-add", gettext_lazy("A term for one application or one cost type")),)

    def lacking(self) -> dict[str, str]:
        if KeyVersion.objects.of(self.cooperation).exists():
            return {}
        text = _("There is no key yet, and so nothing that a cost could be divided by.")
        return {"text": text, "url": self.url("set-up-key"), "label": _("Decide on a key first")}

    def is_complete(self) -> bool:
        """Two defaults in the same time would contradict each other."""
        default = Term.objects.of(self.cooperation).filter(application=None, cost_type=None)
        return default.lasting(self.cooperation.first_month).exists()

    def checked_changes(self, form: FirstTermForm) -> Sequence[Change]:
        agreement, term = form.framed()
        if not agreement.pk:
            validate_row(agreement)
        return [Change(None, term)]

    def save(self, form: FirstTermForm) -> Term:
        agreement, term = form.framed()
        return begin_term(agreement=agreement, term=term, by=self.viewer)

    def there(self) -> Sequence[dict[str, str]]:
        return [
            {
                "text": capfirst(scope_in_words(term)),
                "url": self.url("term-change", term.pk),
                "note": f"{term.key}, {payers_in_words(term)}",
            }
            for term in Term.objects.of(self.cooperation).for_listing()
        ]
