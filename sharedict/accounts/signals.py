"""What apps above are told of sign-ins beside what Django tells them."""

from django.dispatch import Signal

password_changed = Signal()
"""``user`` has another password, chosen or given ``by`` somebody; sent in the transaction of the change."""
