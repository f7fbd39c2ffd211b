"""Whatever the description allows, and much that it does not, is answered as the description says."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from billing.models import Period
from municipalities.models import Token
from tests.architecture.tree import ROOT
from tests.factories.municipalities import bearer

EXAMPLES = 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

schema = schemathesis.openapi.from_path(ROOT / "tests" / "openapi.yaml")
schema.app = get_wsgi_application()
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


@pytest.fixture
def unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many calls a minute as it takes."""
    monkeypatch.setattr(
        "municipalities.api.authentication.CallerThrottle.THROTTLE_RATES", {"caller": "1000000/min"}
    )


@pytest.mark.django_db
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
    database=None,
    derandomize=True,
)
def test_every_operation_keeps_its_word(case: Any, token: Token, january: Period, unthrottled: None) -> None:
    headers = {"Authorization": f"Bearer {bearer(token)}", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers, checks=CHECKS)
