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
from municipalities.portal.steps import FormPage


@dataclass(frozen=True, slots=True)
class SetUpStep:
    """A step, on the page that is named ``page``.

    ``is_done`` makes the condition on the cooperation that an outer query is about, and ``there`` what it
    reads of what is there. Of that ``said`` makes a few words where the step is done; ``about`` is what it is
    for until then. ``address`` is where it is taken if that is no page of the set-up.
    """

    page: str
    title: Any
    about: Any
    is_done: Callable[[], Combinable]
    there: Callable[[], Combinable]
    said: Callable[[Cooperation, Any], str]
    address: Callable[[Cooperation, Any], str] | None = None


@dataclass(frozen=True, slots=True)
class StepState:
    """A step of one cooperation as it stands; without ``url`` where there is no cooperation yet."""

    step: SetUpStep
    number: int
    is_done: bool = False
    said: str = ""
    url: str = ""
    is_current: bool = False


_steps: list[SetUpStep] = []


def add_set_up_step(step: SetUpStep) -> None:
    """Add a step behind those of the apps below; adding one twice changes nothing."""
    if step not in _steps:
        _steps.append(step)


def steps_ahead() -> list[StepState]:
    """All steps, before there is a cooperation; the first one is at hand."""
    found = [StepState(step, number, said=str(step.about)) for number, step in enumerate(_steps, start=1)]
    return [replace(each, is_current=each.number == 1) for each in found]


def set_up_of(cooperation: Cooperation, page: str = "") -> list[StepState]:
    """The steps as they stand for ``cooperation``, that of ``page`` being looked at; one query."""
    asked = [each for step in _steps for each in (step.is_done(), step.there())]
    slug = cooperation.slug
    [cells] = Cooperation.objects.filter(pk=cooperation.pk).values_list(*asked)
    return [
        StepState(
            step,
            number,
            is_done=is_done,
            said=step.said(cooperation, there) if is_done else str(step.about),
            url=step.address(cooperation, there) if step.address else reverse(step.page, args=[slug]),
            is_current=step.page == page,
        )
        for number, (step, is_done, there) in enumerate(
            zip(_steps, cells[::2], cells[1::2], strict=True), start=1
        )
    ]


def with_steps_done(rows: QuerySet[Cooperation]) -> list[tuple[Cooperation, int, int]]:
    """Each of ``rows`` with how many steps are done, of how many; in one query."""
    names = [f"step_{number}" for number in range(len(_steps))]
    marked: Any = rows.annotate(**{name: step.is_done() for name, step in zip(names, _steps, strict=True)})
    return [(row, sum(getattr(row, name) for name in names), len(names)) for row in marked]


class SetUpPage(FormPage):
    """A step: what is there already, and a form whose saving leads on to the next step that is not done.

    ``more_label`` is what a second button says, which saves and comes back for more.
    """

    step: ClassVar[SetUpStep]
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

    def onward(self) -> str:
        """The next step that is not done, or one that was left out; the overview after the last."""
        states = set_up_of(self.cooperation, self.step.page)
        here = next(state.number for state in states if state.is_current)
        left = [state for state in states if not state.is_done and not state.step.address]
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
        following = [
            each
            for each in states
            if each.number > here.number and not each.is_done and not each.step.address
        ]
        return {
            **super().context(form),
            "states": states,
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
