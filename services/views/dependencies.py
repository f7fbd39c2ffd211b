"""What applications need beside the sites that they run at."""

from django.utils.translation import gettext_lazy as _

from municipalities.portal import ChangePage, EndPage, ListPage, SeveralPage, WithdrawPage
from services.forms import DependencyFilter, DependencyForm
from services.models import Dependency
from services.tables import DependencyTable
from services.views.for_application import ForApplication


class Dependencies(ListPage):
    several_name = "dependencies-several"
    model = Dependency
    table_class = DependencyTable
    filterset_class = DependencyFilter
    title = _("Dependencies")
    lead = _("What each application needs beside the sites that it runs at, so that it is known what falls.")
    add_name = "dependency-add"
    add_label = _("Add a dependency")
    api_name = "v1:dependencies-list"


class DependencyAdd(ForApplication):
    form_class = DependencyForm
    title = _("Add a dependency")
    lead = _("If fewer are there than it needs, it is down.")
    done_name = "dependencies"
    said = _("Added.")


class DependencyChange(ChangePage):
    other_steps = (("dependency-end", _("End")), ("dependency-delete", _("Remove")))
    model = Dependency
    form_class = DependencyForm
    title = _("Change a dependency")
    done_name = "dependencies"


class DependencyEnd(EndPage):
    model = Dependency
    done_name = "dependencies"


class DependencyWithdraw(WithdrawPage):
    model = Dependency
    done_name = "dependencies"


class DependenciesSeveral(SeveralPage):
    list_page = Dependencies
    change_page = DependencyChange
    list_name = "dependencies"
    fields = ("purpose", "valid_from", "valid_until", "at_least")
