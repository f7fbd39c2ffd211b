"""What a choice is called."""

import pytest
from django.utils import translation
from django.utils.translation import _trans

from services.models import Application


def test_a_label_is_translated_without_those_of_the_other_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    gettext = _trans.gettext

    def counted(message: str) -> str:
        asked.append(message)
        return gettext(message)

    monkeypatch.setattr(_trans, "gettext", counted)
    with translation.override("sv"):
        application = Application(lifecycle=Application.Lifecycle.PHASING_OUT)
        assert application.get_lifecycle_display() == "under avveckling"
    assert len(asked) == 1


def test_what_is_no_choice_is_shown_as_it_is() -> None:
    assert Application(lifecycle="unknown").get_lifecycle_display() == "unknown"
