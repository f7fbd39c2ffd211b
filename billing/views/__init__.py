from billing.views import (
    closing,
    costs,
    files,
    late_change,
    late_changes,
    overview,
    periods,
    reports,
    statements,
    why,
    why_difference,
)

__all__ = [
    "closing",
    "costs",
    "files",
    "late_change",
    "late_changes",
    "overview",
    "periods",
    "reports",
    "statements",
    "why",
    "why_difference",
]
