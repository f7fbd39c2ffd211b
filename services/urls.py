"""Addresses of the catalogue, below a cooperation's."""

from django.urls import path

from services import views

urlpatterns = [
    path("services/", views.Applications.as_view(), name="applications"),
    path("services/new/", views.ApplicationAdd.as_view(), name="application-add"),
    path("services/<slug:code>/", views.ApplicationPage.as_view(), name="application"),
    path("services/<slug:code>/change/", views.ApplicationChange.as_view(), name="application-change"),
    path("services/<slug:code>/retire/", views.ApplicationRetire.as_view(), name="application-retire"),
    path("installations/", views.Installations.as_view(), name="installations"),
    path("installations/new/", views.InstallationAdd.as_view(), name="installation-add"),
    path("installations/<int:pk>/", views.InstallationChange.as_view(), name="installation-change"),
    path("installations/<int:pk>/end/", views.InstallationEnd.as_view(), name="installation-end"),
    path("installations/<int:pk>/delete/", views.InstallationWithdraw.as_view(), name="installation-delete"),
    path("subscriptions/", views.Subscriptions.as_view(), name="subscriptions"),
    path("subscriptions/new/", views.SubscriptionAdd.as_view(), name="subscription-add"),
    path("subscriptions/<int:pk>/", views.SubscriptionChange.as_view(), name="subscription-change"),
    path("subscriptions/<int:pk>/end/", views.SubscriptionEnd.as_view(), name="subscription-end"),
    path("subscriptions/<int:pk>/delete/", views.SubscriptionWithdraw.as_view(), name="subscription-delete"),
]
