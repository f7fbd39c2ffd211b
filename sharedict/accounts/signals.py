"""What apps above are told of sign-ins beside what Django tells them."""

from django.dispatch import Signal

password_changed = Signal()
"""``user`` has another password, chosen or given ``by`` somebody; sent in the transaction of the change."""

attempt_refused = Signal()
"""Somebody who gave ``username`` was refused, in another way than by a wrong password to come in.

``why`` is WAITS where it had failed too often, NOT_HERE where the password was right and the door is not
theirs, WRONG_PASSWORD where a signed-in person was asked for it once more. Strangers may cause any number.
"""
WAITS, NOT_HERE, WRONG_PASSWORD = "throttled", "refused", "wrong-password"
