"""Where what a share was computed from stands today: the cost, the key's version, the agreement, readings."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F

from agreements.models import Agreement, Key
from billing.engine.why import Why
from billing.models import Cost
from municipalities.models import Driver
from municipalities.portal import CooperationPage


@dataclass(frozen=True, slots=True)
class Evidence:
    """Addresses, each empty where it is there no more or is called otherwise by now.

    ``drivers`` has one for each component of the key, in its order.
    """

    cost: str = ""
    key: str = ""
    agreement: str = ""
    drivers: tuple[str, ...] = ()


class EvidencePage(CooperationPage):
    """A page that leads to what a share was computed from."""

    def evidence(self, told: Why) -> Evidence:
        """At most four queries. A refund that follows what was charged was divided by no key."""
        cost = self._rows(Cost).filter(reference=told.reference).values_list("pk", flat=True).first()
        cost_url = self.url("cost-change", cost) if cost else ""
        if told.is_as_charged:
            return Evidence(cost_url)
        agreement = (
            self._rows(Agreement).filter(name=told.term.agreement).values_list("pk", flat=True).first()
        )
        is_there = self._rows(Key).filter(code=told.key.code).exists()
        return Evidence(
            cost_url,
            f"{self.url('key', told.key.code)}#version-{told.key.version}" if is_there else "",
            self.url("agreement", agreement) if agreement else "",
            self._drivers(told),
        )

    def _drivers(self, told: Why) -> tuple[str, ...]:
        """The readings of the days that counted; a cooperation's own driver goes before a public one."""
        codes = [part.driver for part in told.key.components]
        if not any(codes):
            return ("",) * len(codes)
        rows = Driver.objects.visible_to(self.viewer).usable_in(self.cooperation)
        rows = rows.filter(code__in=filter(None, codes)).order_by(F("cooperation").asc(nulls_first=True))
        known = dict(rows.values_list("code", "pk"))
        days = [part.reading.reference_on if part.reading else "" for part in told.own.parts]
        return tuple(
            f"{self.url('readings', known[code])}?{urlencode({'since': day, 'until': day})}"
            if code in known and day
            else ""
            for code, day in zip(codes, days, strict=True)
        )

    def _rows(self, model: Any) -> Any:
        return model.objects.visible_to(self.viewer).of(self.cooperation)
