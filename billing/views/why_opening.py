"""What the page of one share begins with: how much of the cost it is, and what gives the payer that part."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.engine.why import ComponentPart, Why, WhyCorrected
from billing.views.openings import Opening
from billing.views.pictures import month_name
from municipalities.portal import listed
from sharedict.common.figures import about, count, exact, exact_minor, minor, signed_minor


def opening_of_share(told: Why, currency: str) -> Opening:
    """What one payer carries of one cost in a month, how much of it that is, and what divides it."""
    words = {
        "name": told.own.name,
        "month": month_name(told.month),
        "share": about(told.own.percent, 2),
        "cost": minor(told.cost_minor, currency),
        "description": told.description,
    }
    facts = [{"label": _("Cost in the month"), "value": minor(told.cost_minor, currency)}]
    facts.append({"label": _("Exact share"), "value": exact_minor(told.own.exact, 6)})
    facts.append({"label": _("Municipalities that pay it"), "value": count(told.payer_count)})
    return {
        "label": _("%(name)s carries of “%(description)s” in %(month)s") % words,
        "value": minor(told.own.share_minor),
        "unit": currency,
        "sentences": [
            {
                "bold": _("%(share)s of %(cost)s:") % words,
                "text": " ".join([_divided_by(told), *_moved_by(told)]),
            }
        ],
        "facts": facts,
    }


def opening_of_difference(
    found: WhyCorrected, *, label: str, why: str, ending: str, currency: str
) -> Opening:
    """What one payer pays more or less of a closed month than it was charged, and what happens to that."""
    words = {
        "charged": minor(found.charged_minor, currency),
        "should": minor(found.should_minor, currency),
    }
    return {
        "label": label,
        "value": signed_minor(found.difference_minor),
        "unit": currency,
        "sentences": [
            {"bold": _("Charged %(charged)s, should be %(should)s.") % words, "text": why},
            {"text": ending},
        ],
    }


def _divided_by(told: Why) -> str:
    """What gives the payer that part of the cost, in a sentence."""
    if told.follows:
        text = _("it is a refund, and is divided as %(reference)s was charged.")
        return text % {"reference": told.follows}
    words = {"key": told.key.name, "version": told.key.version}
    if told.base_is_too_large:
        text = _("the base amounts come to more than the cost and divide it: nothing is left for “%(key)s”.")
        return text % words
    parts = listed([_weighed(part, is_alone=len(told.own.parts) == 1) for part in told.own.parts])
    return _("“%(key)s”, version %(version)s, divides it %(parts)s.") % {**words, "parts": parts}


def _moved_by(told: Why) -> list[str]:
    """What makes the percentage another than the parts of the key alone, a sentence each."""
    own, found = told.own, list[str]()
    if told.follows:
        return found
    if own.days is not None and own.days != told.whole_days:
        words = {"days": count(own.days), "all": count(told.whole_days)}
        found.append(_("%(days)s of %(all)s days count.") % words)
    elif any(payer.days not in (None, told.whole_days) for payer in told.payers):
        found.append(_("Others pay for fewer days, and so less."))
    if own.base and not told.base_is_too_large:
        found.append(_("Before that everybody pays a base amount."))
    if own.unlimited is not None and own.unlimited != own.percent:
        words = {"from": about(own.unlimited, 2), "to": about(own.percent, 2)}
        found.append(_("Floor and cap make %(to)s of %(from)s.") % words)
    return found


def _weighed(part: ComponentPart, *, is_alone: bool) -> str:
    """What a component of a key counts for the payer, as it stands in a sentence."""
    words = {"own": exact(part.numerator), "all": exact(part.denominator), "driver": part.driver}
    if part.kind == "even" or part.was_zero:
        text = ngettext("evenly among %(all)s payer", "evenly among %(all)s payers", int(part.denominator))
    elif part.kind == "fixed":
        text = _("in fixed parts, %(own)s of %(all)s")
    else:
        text = _("by %(driver)s, %(own)s of %(all)s")
    said = text % words
    return (
        said if is_alone else _("to %(percent)s %(said)s") % {"percent": about(part.percent, 2), "said": said}
    )
