"""A network as rails and boxes: in a grid where there is room, else in a column."""

from collections.abc import Iterable
from dataclasses import replace

from sharedict.pictures.column import column
from sharedict.pictures.drawing import Key, Picture
from sharedict.pictures.grid import grid
from sharedict.pictures.network import Network, Rail, State


def rails(wanted: Network) -> Picture:
    """Both forms; keys say what occurs of the states, if more than one. A rail of no site is left out."""
    wanted = replace(wanted, providers=_joining(wanted.providers), joints=_joining(wanted.joints))
    every = [*wanted.providers, *wanted.joints]
    found = {rail.look_at(key) for rail in every for key in rail.sites} | {rail.state for rail in every}
    keys = [Key(f"rail-{state}", wanted.words[state], is_line=True) for state in State if state in found]
    return Picture(wanted.finding, (column(wanted), grid(wanted)), tuple(keys) if len(keys) > 1 else ())


def _joining(rails: Iterable[Rail]) -> list[Rail]:
    """Those that join something, each site once."""
    return [replace(rail, sites=[*dict.fromkeys(rail.sites)]) for rail in rails if rail.sites]
