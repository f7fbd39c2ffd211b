from sharedict.kernel.errors import ConflictError, SharedictError
from sharedict.kernel.money import AmountError


def test_an_error_says_what_its_class_says_unless_told_otherwise() -> None:
    assert AmountError().message.startswith("The amount must be")
    assert AmountError("Too much", field="amount").message == "Too much"
    assert AmountError("Too much", field="amount").field == "amount"
    assert type("Bare", (SharedictError,), {})().message == ""


def test_every_error_has_a_code() -> None:
    assert (SharedictError.code, ConflictError.code) == ("error", "conflict")
    assert str(SharedictError("Gone")) == "Gone"
