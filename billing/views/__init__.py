from billing.views import costs, overview, periods, statements

__all__ = ["costs", "overview", "periods", "statements"]
