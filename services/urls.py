"""Addresses of the catalogue, below a cooperation's."""

from django.urls import path

from services.views import (
    alert_sources,
    applications,
    competences,
    dependencies,
    impact,
    installations,
    outages,
    priorities,
    set_up,
    staffing,
    status,
    subscriptions,
)

urlpatterns = [
    path("services/", applications.Applications.as_view(), name="applications"),
    path("services/several/", applications.ApplicationsSeveral.as_view(), name="applications-several"),
    path("services/new/", applications.ApplicationAdd.as_view(), name="application-add"),
    path("services/<slug:code>/", applications.ApplicationPage.as_view(), name="application"),
    path("services/<slug:code>/change/", applications.ApplicationChange.as_view(), name="application-change"),
    path("services/<slug:code>/retire/", applications.ApplicationRetire.as_view(), name="application-retire"),
    path(
        "subscriptions/several/", subscriptions.SubscriptionsSeveral.as_view(), name="subscriptions-several"
    ),
    path(
        "installations/several/", installations.InstallationsSeveral.as_view(), name="installations-several"
    ),
    path("set-up/application/", set_up.SetUpApplication.as_view(), name="set-up-application"),
    path("installations/", installations.Installations.as_view(), name="installations"),
    path("installations/new/", installations.InstallationAdd.as_view(), name="installation-add"),
    path("installations/<int:pk>/", installations.InstallationChange.as_view(), name="installation-change"),
    path("installations/<int:pk>/end/", installations.InstallationEnd.as_view(), name="installation-end"),
    path(
        "installations/<int:pk>/delete/",
        installations.InstallationWithdraw.as_view(),
        name="installation-delete",
    ),
    path("dependencies/", dependencies.Dependencies.as_view(), name="dependencies"),
    path("dependencies/several/", dependencies.DependenciesSeveral.as_view(), name="dependencies-several"),
    path("dependencies/new/", dependencies.DependencyAdd.as_view(), name="dependency-add"),
    path("dependencies/<int:pk>/", dependencies.DependencyChange.as_view(), name="dependency-change"),
    path("dependencies/<int:pk>/end/", dependencies.DependencyEnd.as_view(), name="dependency-end"),
    path(
        "dependencies/<int:pk>/delete/", dependencies.DependencyWithdraw.as_view(), name="dependency-delete"
    ),
    path("who-can-help/", staffing.Staffing.as_view(), name="staffing"),
    path("who-can-help/stand-in/", staffing.StandIn.as_view(), name="stand-in"),
    path("competences/", competences.Competences.as_view(), name="competences"),
    path("competences/matrix/", staffing.Matrix.as_view(), name="competence-matrix"),
    path("competences/several/", competences.CompetencesSeveral.as_view(), name="competences-several"),
    path("competences/new/", competences.CompetenceAdd.as_view(), name="competence-add"),
    path("competences/<int:pk>/", competences.CompetenceChange.as_view(), name="competence-change"),
    path("competences/<int:pk>/end/", competences.CompetenceEnd.as_view(), name="competence-end"),
    path("competences/<int:pk>/delete/", competences.CompetenceWithdraw.as_view(), name="competence-delete"),
    path("on-call/", competences.OnCallList.as_view(), name="on-call"),
    path("on-call/new/", competences.OnCallAdd.as_view(), name="on-call-add"),
    path("on-call/<int:pk>/", competences.OnCallChange.as_view(), name="on-call-change"),
    path("on-call/<int:pk>/end/", competences.OnCallEnd.as_view(), name="on-call-end"),
    path("on-call/<int:pk>/delete/", competences.OnCallWithdraw.as_view(), name="on-call-delete"),
    path("impact/", impact.ImpactPage.as_view(), name="impact"),
    path("outages/", outages.Outages.as_view(), name="outages"),
    path("outages/new/", outages.OutageReport.as_view(), name="outage-report"),
    path("outages/plan/", outages.OutagePlan.as_view(), name="outage-plan"),
    path("outages/priorities/", priorities.PriorityPage.as_view(), name="outage-priorities"),
    path("outages/<int:pk>/", outages.OutagePage.as_view(), name="outage"),
    path("outages/<int:pk>/change/", outages.OutageChange.as_view(), name="outage-change"),
    path("outages/<int:pk>/update/", outages.OutageTell.as_view(), name="outage-update"),
    path("outages/<int:pk>/end/", outages.OutageEnd.as_view(), name="outage-end"),
    path("outages/<int:pk>/correct/", outages.OutageCorrect.as_view(), name="outage-correct"),
    path("outages/<int:pk>/merge/", outages.OutageMerge.as_view(), name="outage-merge"),
    path("monitoring/", alert_sources.AlertSources.as_view(), name="alert-sources"),
    path("monitoring/new/", alert_sources.AlertSourceAdd.as_view(), name="alert-source-add"),
    path("monitoring/<int:pk>/", alert_sources.AlertSourcePage.as_view(), name="alert-source"),
    path("monitoring/<int:pk>/token/", alert_sources.AlertSourceRenew.as_view(), name="alert-source-renew"),
    path(
        "monitoring/<int:pk>/revoke/", alert_sources.AlertSourceRevoke.as_view(), name="alert-source-revoke"
    ),
    path("watched/new/<int:pk>/", alert_sources.WatchedAdd.as_view(), name="watched-add"),
    path("watched/<int:pk>/", alert_sources.WatchedChange.as_view(), name="watched-change"),
    path("watched/<int:pk>/delete/", alert_sources.WatchedDelete.as_view(), name="watched-delete"),
    path("outages/status/", status.StatusPage.as_view(), name="status"),
    path("outages/status/feed/", status.FeedPage.as_view(), name="status-feeds"),
    path("outages/status/feed/<str:secret>/", status.Feed.as_view(), name="status-feed"),
    path("subscriptions/", subscriptions.Subscriptions.as_view(), name="subscriptions"),
    path("subscriptions/new/", subscriptions.SubscriptionAdd.as_view(), name="subscription-add"),
    path("subscriptions/<int:pk>/", subscriptions.SubscriptionChange.as_view(), name="subscription-change"),
    path("subscriptions/<int:pk>/end/", subscriptions.SubscriptionEnd.as_view(), name="subscription-end"),
    path(
        "subscriptions/<int:pk>/delete/",
        subscriptions.SubscriptionWithdraw.as_view(),
        name="subscription-delete",
    ),
]
