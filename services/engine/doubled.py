"""Which places reach each other over two ways that have no line in common."""

from collections.abc import Iterable

from services.engine.graph import Component, Graph


def doubled(graph: Graph, down: Iterable[str] = ()) -> Component:
    """The parts of the net that hold together whichever one of their lines fails.

    Lines that a search leaves by and never comes back around (bridges: Tarjan 1974, "A note on finding the
    bridges of a graph") are taken out; what still holds together is doubled.
    """
    gone = frozenset(down)
    return graph.components(gone | bridges(graph, gone))


def bridges(graph: Graph, gone: frozenset[str]) -> set[str]:
    """The lines without which their two ends would not reach each other; found without recursion."""
    order, low, found = dict[str, int](), dict[str, int](), set[str]()
    for root in sorted(graph.around.keys() - gone):
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack = [(root, "", iter(graph.around[root]))]
        while stack:
            place, by, ends = stack[-1]
            for line, other in ends:
                if line in gone or other in gone or line == by:
                    continue
                if other in order:
                    low[place] = min(low[place], order[other])
                else:
                    order[other] = low[other] = len(order)
                    stack.append((other, line, iter(graph.around[other])))
                    break
            else:
                stack.pop()
                if stack:
                    parent = stack[-1][0]
                    low[parent] = min(low[parent], low[place])
                    if low[place] == order[place]:
                        found.add(by)
    return found
