"""Addresses of the catalogue, below a cooperation's."""

from django.urls import path

from services.views import catalogue, set_up

urlpatterns = [
    path("services/", catalogue.Applications.as_view(), name="applications"),
    path("services/new/", catalogue.ApplicationAdd.as_view(), name="application-add"),
    path("services/<slug:code>/", catalogue.ApplicationPage.as_view(), name="application"),
    path("services/<slug:code>/change/", catalogue.ApplicationChange.as_view(), name="application-change"),
    path("services/<slug:code>/retire/", catalogue.ApplicationRetire.as_view(), name="application-retire"),
    path("set-up/application/", set_up.SetUpApplication.as_view(), name="set-up-application"),
    path("installations/", catalogue.Installations.as_view(), name="installations"),
    path("installations/new/", catalogue.InstallationAdd.as_view(), name="installation-add"),
    path("installations/<int:pk>/", catalogue.InstallationChange.as_view(), name="installation-change"),
    path("installations/<int:pk>/end/", catalogue.InstallationEnd.as_view(), name="installation-end"),
    path(
        "installations/<int:pk>/delete/", catalogue.InstallationWithdraw.as_view(), name="installation-delete"
    ),
    path("subscriptions/", catalogue.Subscriptions.as_view(), name="subscriptions"),
    path("subscriptions/new/", catalogue.SubscriptionAdd.as_view(), name="subscription-add"),
    path("subscriptions/<int:pk>/", catalogue.SubscriptionChange.as_view(), name="subscription-change"),
    path("subscriptions/<int:pk>/end/", catalogue.SubscriptionEnd.as_view(), name="subscription-end"),
    path(
        "subscriptions/<int:pk>/delete/", catalogue.SubscriptionWithdraw.as_view(), name="subscription-delete"
    ),
]
