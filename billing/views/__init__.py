from billing.views import closing, costs, files, overview, periods, statements

__all__ = ["closing", "costs", "files", "overview", "periods", "statements"]
