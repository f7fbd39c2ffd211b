"""What lists of the terms can be narrowed by."""

from agreements.models import Agreement, CostType, Key, Term
from municipalities.api.filters import CodeFilter, OfCooperation, Spanned


class AgreementFilters(Spanned):
    class Meta:
        model = Agreement
        fields: list[str] = []


class CostTypeFilters(OfCooperation):
    class Meta:
        model = CostType
        fields = ["code"]


class KeyFilters(OfCooperation):
    class Meta:
        model = Key
        fields = ["code"]


class TermFilters(Spanned):
    application = CodeFilter("application__code", "application")
    cost_type = CodeFilter("cost_type__code", "cost type")
    key = CodeFilter("key__code", "key")

    class Meta:
        model = Term
        fields = ["payers"]
