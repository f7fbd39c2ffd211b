"""E-mail addresses by what they reach: many are written in several ways."""

import unicodedata


def mailbox_of(address: str) -> str:
    """What ``address`` and whatever else reaches the same mailbox have in common.

    Letters are compared as NFKC and without their case, a host by its name in the net (IDNA), and what stands
    behind a plus is left out: it is the owner's own note. Not an address to write to.
    """
    plain = unicodedata.normalize("NFKC", address).casefold().strip()
    person, at, host = plain.rpartition("@")
    return person.partition("+")[0] + at + _name_in_net(host) if at else plain


def written_ways(address: str) -> set[str]:
    """``address``, with its host by its name in the net and in letters, as either may be kept somewhere."""
    person, at, host = address.strip().lower().rpartition("@")
    return {f"{person}{at}{each}" for each in (host, _name_in_net(host), _in_letters(host))}


def _name_in_net(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _in_letters(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host
