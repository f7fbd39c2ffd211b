"""What can be found of who takes part and where things run."""

from django.utils.translation import gettext_lazy as _

from municipalities.models import Colleague, Link, Member, Role, Site, Supplier
from municipalities.portal.searching import SearchKind

PLACE = "municipality__name"

KINDS = (
    SearchKind(
        "member",
        _("Members"),
        Member,
        title=(PLACE,),
        more=("municipality__official_name", "municipality__code", "municipality__county"),
        detail=("municipality__county",),
        page="member-change",
        list_page="members",
    ),
    SearchKind(
        "site",
        _("Sites"),
        Site,
        title=("name",),
        more=(PLACE, "address"),
        detail=("kind", PLACE),
        words=dict(Site.Kind.choices),
        page="site-change",
        list_page="network",
    ),
    SearchKind(
        "link",
        _("Links"),
        Link,
        title=("name",),
        more=("site__name", "other_site__name", "outside", "supplier__name"),
        detail=("kind", "supplier__name"),
        words=dict(Link.Kind.choices),
        page="link-change",
        list_page="network",
    ),
    SearchKind(
        "supplier",
        _("Suppliers"),
        Supplier,
        title=("name",),
        more=("contact",),
        detail=("contact",),
        page="supplier-change",
        list_page="suppliers",
    ),
    SearchKind(
        "colleague",
        _("Colleagues"),
        Colleague,
        title=("name",),
        more=("work", "email", "phone"),  # all of them empty of whoever was forgotten: nothing finds them
        detail=("work", PLACE),
        page="colleague-change",
        list_page="colleagues",
    ),
    SearchKind(
        "person",
        _("People"),
        Role,
        title=("user__first_name", "user__last_name", "user__username"),
        more=("user__email", PLACE),
        detail=("kind", PLACE),
        words=dict(Role.Kind.choices),
        page="role-change",
        list_page="roles",
    ),
)
