"""Addresses of the terms, below a cooperation's."""

from django.urls import path

from agreements.views import key_versions, keys, set_up, terms

urlpatterns = [
    path("agreements/", terms.Agreements.as_view(), name="agreements"),
    path("agreements/new/", terms.AgreementAdd.as_view(), name="agreement-add"),
    path("agreements/<int:pk>/", terms.AgreementChange.as_view(), name="agreement-change"),
    path("agreements/<int:pk>/terms/", terms.AgreementPage.as_view(), name="agreement"),
    path("agreements/<int:pk>/end/", terms.AgreementEnd.as_view(), name="agreement-end"),
    path("agreements/<int:pk>/delete/", terms.AgreementWithdraw.as_view(), name="agreement-delete"),
    path("cost-types/", terms.CostTypes.as_view(), name="cost-types"),
    path("cost-types/new/", terms.CostTypeAdd.as_view(), name="cost-type-add"),
    path("cost-types/<int:pk>/", terms.CostTypeChange.as_view(), name="cost-type-change"),
    path("cost-types/<int:pk>/delete/", terms.CostTypeDelete.as_view(), name="cost-type-delete"),
    path("terms/", terms.Terms.as_view(), name="terms"),
    path("terms/new/", terms.TermAdd.as_view(), name="term-add"),
    path("terms/<int:pk>/", terms.TermChange.as_view(), name="term-change"),
    path("terms/<int:pk>/end/", terms.TermEnd.as_view(), name="term-end"),
    path("terms/<int:pk>/delete/", terms.TermWithdraw.as_view(), name="term-delete"),
    path("keys/", keys.Keys.as_view(), name="keys"),
    path("keys/new/", keys.KeyAdd.as_view(), name="key-add"),
    path("keys/<slug:code>/", keys.KeyPage.as_view(), name="key"),
    path("keys/<slug:code>/new-version/", key_versions.KeyVersionAdd.as_view(), name="key-version-add"),
    path("keys/versions/<int:pk>/", key_versions.KeyVersionChange.as_view(), name="key-version-change"),
    path(
        "keys/versions/<int:pk>/delete/", key_versions.KeyVersionWithdraw.as_view(), name="key-version-delete"
    ),
    path("set-up/key/", set_up.SetUpKey.as_view(), name="set-up-key"),
    path("set-up/term/", set_up.SetUpTerm.as_view(), name="set-up-term"),
]
