"""Swedish: dates are typed in the one way that has one meaning."""

DATE_INPUT_FORMATS = ["%Y-%m-%d"]
