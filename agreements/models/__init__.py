from agreements.models.agreement import Agreement
from agreements.models.cost_type import CostType
from agreements.models.key import Component, FixedPart, Key, KeyVersion
from agreements.models.term import Term

__all__ = ["Agreement", "Component", "CostType", "FixedPart", "Key", "KeyVersion", "Term"]
