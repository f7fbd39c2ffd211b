from billing.views import closing, costs, files, late, late_change, overview, periods, statements, why

__all__ = ["closing", "costs", "files", "late", "late_change", "overview", "periods", "statements", "why"]
