"""Addresses of the catalogue, below a cooperation's."""

from django.urls import path

from services.views import (
    applications,
    competences,
    dependencies,
    impact,
    installations,
    set_up,
    staffing,
    subscriptions,
)

urlpatterns = [
    path("services/", applications.Applications.as_view(), name="applications"),
    path("services/new/", applications.ApplicationAdd.as_view(), name="application-add"),
    path("services/<slug:code>/", applications.ApplicationPage.as_view(), name="application"),
    path("services/<slug:code>/change/", applications.ApplicationChange.as_view(), name="application-change"),
    path("services/<slug:code>/retire/", applications.ApplicationRetire.as_view(), name="application-retire"),
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
