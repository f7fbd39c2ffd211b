from services.models.application import Application
from services.models.competence import Competence, OnCall
from services.models.dependency import Dependency, check_needed
from services.models.installation import Installation
from services.models.subscription import Subscription

__all__ = [
    "Application",
    "Competence",
    "Dependency",
    "Installation",
    "OnCall",
    "Subscription",
    "check_needed",
]
