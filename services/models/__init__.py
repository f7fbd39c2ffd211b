from services.models.application import Application
from services.models.installation import Installation
from services.models.subscription import Subscription

__all__ = ["Application", "Installation", "Subscription"]
