"""The guided set-up of a cooperation: steps from nothing to its first closed month.

Whether a step is done is seen by the rows that are there, however they came: so each can be left, taken up
again, or done elsewhere. Apps above add the steps that they know of.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation
from municipalities.portal.hooks import Change, WouldPay, would_pay
from municipalities.portal.steps import FormPage
from municipalities.portal.words import listed


@dataclass(frozen=True, slots=True)
class SetUpStep:
    """A step, on the page that is named ``page``.

    ``is_done`` makes the condition on the cooperation that an outer query is about, and ``there`` what it
    reads of what is there. Of that ``said`` makes a few words where the step is done, and ``waits`` says what
    others have yet to do where it is not, empty where nothing; ``about`` is what it is for until then.
    ``address`` is where it is taken if that is no page of the set-up; ``lacking`` is what nobody would pay
    anything without, in a sentence.
    """

    page: str
    title: Any
    about: Any
    is_done: Callable[[], Combinable]
    there: Callable[[], Combinable]
    said: Callable[[Cooperation, Any], str]
    address: Callable[[Cooperation, Any], str] | None = None
    waits: Callable[[Any], str] | None = None
    lacking: Any = ""


@dataclass(frozen=True, slots=True)
class StepState:
    """A step of one cooperation as it stands; without ``url`` where there is no cooperation yet."""

    step: SetUpStep
    number: int
    is_done: bool = False
    said: str = ""
    url: str = ""
    is_current: bool = False
    is_waiting: bool = False

    @property
    def is_to_do(self) -> bool:
        """Whether it can be taken now, on a page of the set-up."""
        return not (self.is_done or self.is_waiting or self.step.address)


_steps: list[SetUpStep] = []


def add_set_up_step(step: SetUpStep) -> None:
    """Add a step behind those of the apps below; adding one twice changes nothing."""
    if step not in _steps:
        _steps.append(step)


def steps_ahead() -> list[StepState]:
    """All steps, before there is a cooperation; the first one is at hand."""
    found = [StepState(step, number, said=str(step.about)) for number, step in enumerate(_steps, start=1)]
    return [replace(each, is_current=each.number == 1) for each in found]


def step_address(cooperation: Cooperation, page: str) -> str:
    """Where the step on ``page`` is taken, for whoever left it and comes back; empty where it is none."""
    known = any(step.page == page and not step.address for step in _steps)
    return reverse(page, args=[cooperation.slug]) if known else ""


def set_up_of(cooperation: Cooperation, page: str = "") -> list[StepState]:
    """The steps as they stand for ``cooperation``, that of ``page`` being looked at; one query."""
    asked = [each for step in _steps for each in (step.is_done(), step.there())]
    slug = cooperation.slug
    [cells] = Cooperation.objects.filter(pk=cooperation.pk).values_list(*asked)
    return [
        replace(
            _state(step, number, cooperation, there, is_done=is_done),
            url=step.address(cooperation, there) if step.address else reverse(step.page, args=[slug]),
            is_current=step.page == page,
        )
        for number, (step, is_done, there) in enumerate(
            zip(_steps, cells[::2], cells[1::2], strict=True), start=1
        )
    ]


def _state(step: SetUpStep, number: int, cooperation: Cooperation, there: Any, *, is_done: bool) -> StepState:
    if is_done:
        return StepState(step, number, is_done=True, said=step.said(cooperation, there))
    awaited = step.waits(there) if step.waits else ""
    return StepState(step, number, said=awaited or str(step.about), is_waiting=bool(awaited))


def with_steps_done(rows: QuerySet[Cooperation]) -> list[tuple[Cooperation, int, int]]:
    """Each of ``rows`` with how many steps are done, of how many; in one query."""
    names = [f"step_{number}" for number in range(len(_steps))]
    marked: Any = rows.annotate(**{name: step.is_done() for name, step in zip(names, _steps, strict=True)})
    return [(row, sum(getattr(row, name) for name in names), len(names)) for row in marked]


class SetUpPage(FormPage):
    """A step: what is there already, and a form whose saving leads on to the next step that is not done.

    ``more_label`` is what a second button says, which saves and comes back for more. Beside the form stands
    who would pay what by all that is saved and by ``tried``, what the form says where that is asked for.
    """

    step: ClassVar[SetUpStep]
    tried: Sequence[Change] = ()
    template_name = "municipalities/set_up.html"
    done_name = "overview"
    go_label: ClassVar[Any] = gettext_lazy("Save and go on")
    more_label: ClassVar[Any] = ""
    form_title: ClassVar[Any] = ""
    there_title: ClassVar[Any] = ""
    says_effect: ClassVar[bool] = False
    elsewhere: ClassVar[Sequence[tuple[str, Any]]] = ()
    """Pages on which more can be said than here: their names and what leads to them."""

    def done_url(self, row: Any) -> str:
        return self.request.path if "more" in self.request.POST else self.onward()

    def say(self, done: str) -> None:
        """Before anything is shared there is nothing to say of shares, unless something is wrong."""
        if self.says_effect or self.effect.closed or self.effect.is_problem:
            super().say(done)
        else:
            messages.success(self.request, done)

    def is_told(self, changes: Sequence[Change]) -> bool:
        if self.is_asked_to_show:
            self.tried = changes
        return super().is_told(changes)

    def would_pay(self, states: Sequence[StepState]) -> WouldPay | None:
        """Who would pay what, or what is missing for that; None until there are members."""
        told = [each for each in states if each.is_done or (each.is_current and self.tried)]
        missing = [str(each.step.lacking) for each in states if each.step.lacking and each not in told]
        if not any(each.is_done and each.step.lacking for each in states):
            return None
        if missing:
            said = _("It is computed here as soon as there is %(what)s.")
            return WouldPay(said % {"what": listed(missing)})
        return would_pay(self.cooperation, self.tried)

    def onward(self) -> str:
        """The next step to be taken, or one that was left out; the overview after the last, or to wait."""
        states = set_up_of(self.cooperation, self.step.page)
        here = next(state.number for state in states if state.is_current)
        left = [state for state in states if state.is_to_do]
        left.sort(key=lambda state: state.number <= here)
        return next((state.url for state in left if not state.is_current), self.url("overview"))

    def lacking(self) -> dict[str, str]:
        """What has to be there before the form can be filled in: ``text``, and ``url`` with its ``label``."""
        return {}

    def is_complete(self) -> bool:
        """Whether there is nothing to add here any more."""
        return False

    def there(self) -> Sequence[dict[str, str]]:
        """What is there already: each a ``text``, ``url``, maybe a ``note`` and a ``link`` to hand over."""
        return []

    def context(self, form: Any) -> dict[str, Any]:
        states = set_up_of(self.cooperation, self.step.page)
        here = next(state for state in states if state.is_current)
        following = [each for each in states if each.number > here.number and each.is_to_do]
        return {
            **super().context(form),
            "states": states,
            "would_pay": self.would_pay(states),
            "may_try": bool(self.step.lacking),
            "is_tried": bool(self.tried),
            "is_answer": bool(self.tried) and not self.effect.mark,
            "here": here,
            "there": self.there(),
            "there_title": self.there_title,
            "form_title": self.form_title,
            "lacking": self.lacking(),
            "is_complete": self.is_complete(),
            "elsewhere": [(self.url(name), label) for name, label in self.elsewhere],
            "go_label": _("Save it all the same") if self.effect.mark else self.go_label,
            "more_label": self.more_label,
            "onward_url": following[0].url if following else self.url("overview"),
            "onward_label": _("Go on without saving") if here.is_done else _("Skip this step"),
        }
