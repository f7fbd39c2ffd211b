"""Settings of the API: how it is asked, and how it is described. They are the same in every installation."""

from pathlib import Path

INTRODUCTION = Path(__file__).resolve().parent.parent / "templates" / "api" / "introduction.md"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "municipalities.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["municipalities.api.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["municipalities.api.authentication.CallerThrottle"],
    "DEFAULT_THROTTLE_RATES": {"caller": "600/min"},
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["sharedict.common.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "sharedict.common.viewsets.Schema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "DEFAULT_VERSION": "v1",
    "ALLOWED_VERSIONS": ["v1"],
    "EXCEPTION_HANDLER": "sharedict.common.problems.handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "sharedict",
    "DESCRIPTION": INTRODUCTION.read_text(encoding="utf-8"),
    "VERSION": "1",
    "LICENSE": {"name": "Apache-2.0"},
    "TAGS": [
        {"name": "municipalities", "description": "Who takes part, where things run, what is measured"},
        {"name": "services", "description": "What is shared"},
        {"name": "agreements", "description": "On what terms"},
        {"name": "billing", "description": "Who pays what, and why"},
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["municipalities.api.authentication.HasScope"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "SiteKind": "municipalities.models.site.Site.Kind",
        "LinkKind": "municipalities.models.link.Link.Kind",
        "ComponentKind": "agreements.models.key.Component.Kind",
        "InstallationPurpose": "services.models.installation.Installation.Purpose",
        "JobState": "sharedict.jobs.models.Job.State",
        "PeriodState": "billing.models.period.Period.State",
        "LifecycleEnum": "services.models.application.Application.Lifecycle",
        "DataProtectionRole": "services.models.data_protection.DataProtection.Role",
        "Harm": "services.models.application.Application.Harm",
        "OrderKind": "services.models.order.Order.Kind",
        "OrderState": "services.models.order.Order.State",
        "OutageEffectState": "services.models.outage.OutageEffect.State",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
