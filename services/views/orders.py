"""Orders: the list, one of them, and writing one."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from municipalities.access import Rights
from municipalities.portal import ListPage, LockMixin, RowMixin, listed, refuse
from services.actions import deciders, may_order_for, problems_of, save_order
from services.engine import orders
from services.forms import OrderFilter, OrderForm, OrderLineFormSet
from services.models import Application, Order, OrderLine
from services.portal import ORDER_LOOK, panels_of_order
from services.tables import OrderTable
from sharedict.accounts.models import User


def may_order(rights: Rights) -> bool:
    """Whether they order at all: for their own municipality, or as administrator for any."""
    return rights.is_administrator or bool(rights.municipality_ids)


class Orders(ListPage):
    model = Order
    table_class = OrderTable
    filterset_class = OrderFilter
    title = gettext_lazy("Orders")
    lead = gettext_lazy("What municipalities want, who decides on it, and what became of it.")
    api_name = "v1:orders-list"

    def more_actions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if may_order(self.rights):
            found.append({"url": self.url("order-add"), "label": _("Order something"), "primary": True})
        if self.rights.may_edit:
            found.append({"url": self.url("order-rules"), "label": _("Who approves")})
        return found


class OrderRow(RowMixin):
    """A page about one order."""

    model = Order

    def row(self) -> Any:
        found = super().row()
        found.cooperation = self.cooperation
        return found


class OrderPage(OrderRow):
    """One order: what it asks for, what it does to costs, how far it has come, and what comes next."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        order = self.row()
        lines = list(order.lines.select_related("application", "variant"))
        steps = list(order.steps.select_related("moved_by"))
        people = self.waits_for(order) if order.state == orders.SENT else []
        context = {
            "order": order,
            "lead": self.lead(order, people),
            "status_label": order.get_state_display(),
            "status_variant": ORDER_LOOK[order.state],
            "actions": self.actions(order, [person.pk for person in people]),
            "lines": lines,
            "steps": steps,
            "facts": [fact for fact in self.facts(order) if fact[1]],
            "panels": panels_of_order(order, self.cooperation, self.viewer, self.rights),
        }
        return self.page("services/order_detail.html", context)

    def waits_for(self, order: Order) -> list[User]:
        return list(User.objects.filter(pk__in=deciders(order)).order_by("username"))

    def lead(self, order: Order, people: Sequence[User]) -> str:
        words = {"name": order.municipality, "names": listed([str(person) for person in people] or ["?"])}
        if order.state == orders.DRAFT:
            return _("A draft of %(name)s: nobody has to decide on it before it is sent.") % words
        if order.state == orders.SENT:
            return _("%(name)s waits for a decision by %(names)s.") % words
        if order.state == orders.REJECTED:
            return _("Rejected: %(reason)s") % {"reason": order.reason}
        if order.state == orders.APPROVED:
            return _("Approved: the subscriptions follow it from its day.")
        return ""

    def actions(self, order: Order, people: Sequence[int]) -> list[dict[str, Any]]:
        """The moves that the reader may make, the one that is meant first."""
        found: list[tuple[str, Any]] = []
        may_write = may_order_for(self.rights, order.municipality_id)
        if order.state == orders.DRAFT and may_write:
            found += [("order-send", pgettext("order", "Send")), ("order-change", _("Change"))]
        if order.state == orders.SENT and self.viewer.pk in people:
            found += [("order-approve", _("Approve")), ("order-reject", _("Reject"))]
        if order.state == orders.APPROVED and self.rights.is_administrator:
            found.append(("order-done", _("Mark as done")))
        if order.state in (orders.DRAFT, orders.SENT) and may_write:
            found.append(("order-withdraw", _("Withdraw")))
        return [
            {"url": self.url(name, order.pk), "label": label, "primary": place == 0 and len(found) > 1}
            for place, (name, label) in enumerate(found)
        ]

    def facts(self, order: Order) -> list[tuple[str, Any]]:
        return [
            (_("Municipality"), order.municipality),
            (_("Kind"), order.get_kind_display()),
            (_("Wanted from"), order.wanted_on),
            (_("Accounting code"), order.accounting_code),
            (_("Ordered by"), order.ordered_by),
            (_("Decided by"), order.decided_by),
            (_("What is returned"), order.returns),
            (_("Returned"), order.returned_on),
            (_("Note"), order.note),
            (_("Number"), order.number),
        ]


class OrderFormPage(LockMixin):
    """An order and its lines. All of it is saved, or nothing."""

    title: Any = ""
    lead: Any = gettext_lazy(
        "Saved as a draft first: it shows what it does to everybody's costs before it is sent."
    )

    def is_allowed(self, rights: Rights) -> bool:
        return may_order(rights)

    def order(self) -> Order:
        """The one that the form is about."""
        raise NotImplementedError

    def initial(self) -> dict[str, Any]:
        return {}

    def first_lines(self, order: Order) -> list[dict[str, Any]]:
        """What the lines are filled in with."""
        return [_shown(line) for line in order.lines.select_related("application", "variant")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(*self.forms(self.order()))

    def forms(self, order: Order, data: Any = None) -> tuple[Any, Any]:
        form = OrderForm(
            data,
            cooperation=self.cooperation,
            instance=order,
            initial=self.initial(),
            rights=self.rights,
        )
        rows = OrderLineFormSet(
            data,
            prefix="lines",
            form_kwargs={"cooperation": self.cooperation},
            # only to be shown: a row that is sent as it was shown must not count as left empty
            initial=None if data else (self.first_lines(order) if order.pk else self.new_lines()),
        )
        return form, rows

    def new_lines(self) -> list[dict[str, Any]]:
        return []

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        order = self.order()
        seen = self.lines_seen(order)
        form, rows = self.forms(order, request.POST)
        if not all([form.is_valid(), rows.is_valid()]):
            return self.show(form, rows, 422)
        lines, today = rows.lines(self.cooperation), timezone.localdate()
        form.instance.cooperation = self.cooperation
        if request.POST.get("lines_seen", seen) != seen:
            rows.non_form_errors().append(
                _("Somebody has changed the lines to “%(lines)s” meanwhile: save again to write yours.")
                % {"lines": seen}
            )
            return self.show(form, rows, 422)
        if problems := problems_of(form.instance, lines, today=today):
            rows.refuse(form, problems)
            return self.show(form, rows, 422)
        try:
            with transaction.atomic():
                saved = save_order(
                    order=form.save(commit=False), lines=lines, today=today, by=self.request.user
                )
        except ValidationError as error:
            refuse(form, error)
            return self.show(form, rows, 422)
        except IntegrityError:
            form.add_error(None, _("Somebody else saved something that stands in the way: try again."))
            return self.show(form, rows, 409)
        return redirect(self.url("order", saved.pk))

    def lines_seen(self, order: Order) -> str:
        """The lines as they are stored, in words: where they are otherwise by now, that is said."""
        if not order.pk:
            return ""
        rows = order.lines.select_related("application", "variant")
        return "; ".join(f"{line}, {line.quantity or ''} {line.for_whom}".strip(", ") for line in rows)

    def show(self, form: Any, rows: Any, status: int = 200) -> HttpResponse:
        order = form.instance
        context = {
            "title": self.title,
            "lead": self.lead,
            "form": form,
            "formset": rows,
            "lines_seen": self.lines_seen(order),
            "submit_label": _("Save and see what it costs"),
            "cancel_url": self.url("order", order.pk) if order.pk else self.url("orders"),
        }
        return self.page("services/order_form.html", context, status)


class OrderAdd(OrderFormPage):
    """Filled in from ``?application=<code>``: what is used already is changed, else begun."""

    title = gettext_lazy("Order something")

    def order(self) -> Order:
        return Order(cooperation=self.cooperation)

    def asked_for(self) -> Application | None:
        code = self.request.GET.get("application", "")
        rows = Application.objects.visible_to(self.viewer).of(self.cooperation)
        return rows.filter(code=code).first() if code.isprintable() and code else None

    def initial(self) -> dict[str, Any]:
        application = self.asked_for()
        return {"title": application.name} if application else {}

    def new_lines(self) -> list[dict[str, Any]]:
        application = self.asked_for()
        if application is None:
            return []
        using = application.subscriptions.as_of(timezone.localdate()).filter(
            municipality__in=self.rights.municipality_ids
        )
        what = OrderLine.What.CHANGE if using.exists() else OrderLine.What.START
        return [{"application": application, "what": what}]


class OrderChange(OrderRow, OrderFormPage):
    title = gettext_lazy("Change an order")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        order = self.order()
        if order.state != orders.DRAFT:
            return redirect(self.url("order", order.pk))
        return super().get(request, **kwargs)

    def order(self) -> Order:
        found: Order = self.row()
        if not may_order_for(self.rights, found.municipality_id):
            raise PermissionDenied
        return found


def _shown(line: OrderLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ("application", "variant", "what", "quantity", "for_whom")}
