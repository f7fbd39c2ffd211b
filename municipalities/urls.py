"""The way in, and the pages about who takes part and where things run."""

from django.urls import include, path

from municipalities.views import (
    changes,
    cooperations,
    drivers,
    home,
    jobs,
    mail,
    members,
    network,
    people,
    set_up,
    tokens,
)

of_a_cooperation = [
    path("network/", network.Network.as_view(), name="network"),
    path("network/sites/new/", network.SiteAdd.as_view(), name="site-add"),
    path("network/sites/<int:pk>/", network.SiteChange.as_view(), name="site-change"),
    path("network/sites/<int:pk>/end/", network.SiteEnd.as_view(), name="site-end"),
    path("network/sites/<int:pk>/delete/", network.SiteWithdraw.as_view(), name="site-delete"),
    path("network/links/new/", network.LinkAdd.as_view(), name="link-add"),
    path("network/links/<int:pk>/", network.LinkChange.as_view(), name="link-change"),
    path("network/links/<int:pk>/end/", network.LinkEnd.as_view(), name="link-end"),
    path("network/links/<int:pk>/delete/", network.LinkWithdraw.as_view(), name="link-delete"),
    path("members/", members.Members.as_view(), name="members"),
    path("members/new/", members.MemberAdd.as_view(), name="member-add"),
    path("members/<int:pk>/", members.MemberChange.as_view(), name="member-change"),
    path("members/<int:pk>/end/", members.MemberEnd.as_view(), name="member-end"),
    path("members/<int:pk>/delete/", members.MemberWithdraw.as_view(), name="member-delete"),
    path("people/", people.Roles.as_view(), name="roles"),
    path("people/new/", people.RoleAdd.as_view(), name="role-add"),
    path("people/<int:pk>/", people.RoleChange.as_view(), name="role-change"),
    path("people/<int:pk>/delete/", people.RoleDelete.as_view(), name="role-delete"),
    path("tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("tokens/new/", tokens.TokenAdd.as_view(), name="token-add"),
    path("tokens/<int:pk>/revoke/", tokens.TokenRevoke.as_view(), name="token-revoke"),
    path("drivers/", drivers.Drivers.as_view(), name="drivers"),
    path("drivers/new/", drivers.DriverAdd.as_view(), name="driver-add"),
    path("drivers/<int:pk>/change/", drivers.DriverChange.as_view(), name="driver-change"),
    path("drivers/<int:driver>/", drivers.Readings.as_view(), name="readings"),
    path("drivers/<int:driver>/new/", drivers.ReadingAdd.as_view(), name="reading-add"),
    path("drivers/<int:driver>/import/", drivers.ReadingsImport.as_view(), name="readings-import"),
    path("drivers/readings/<int:pk>/", drivers.ReadingChange.as_view(), name="reading-change"),
    path("drivers/readings/<int:pk>/delete/", drivers.ReadingDelete.as_view(), name="reading-delete"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<int:pk>/", jobs.JobPage.as_view(), name="job"),
    path("jobs/<int:pk>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
    path("set-up/cooperation/", set_up.SetUpCooperation.as_view(), name="set-up-cooperation"),
    path("set-up/members/", set_up.SetUpMembers.as_view(), name="set-up-members"),
    path("set-up/people/", set_up.SetUpPeople.as_view(), name="set-up-people"),
    path("change-log/", changes.ChangeLog.as_view(), name="change-log"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("cooperations/", cooperations.Cooperations.as_view(), name="cooperations"),
    path("cooperations/new/", cooperations.CooperationAdd.as_view(), name="cooperation-add"),
    path("cooperations/mail/", mail.Mail.as_view(), name="mail"),
    path("<slug:cooperation>/", include(of_a_cooperation)),
]
