"""Runs a model's graph node by node.

Rasa has Dask order and schedule the nodes anew for every message, and writes the whole dialogue
into a log line that nobody reads; that takes longer than the nodes do.
"""

from functools import cache
from typing import Any

from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner


class StraightRunner(GraphRunner):
    """The loaded nodes of a graph, one after the other.

    Args:
        loaded: the runner that Rasa made; it is not used any more afterwards.
    """

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._nodes: dict[str, GraphNode] = loaded._instantiated_nodes
        self._needs = _needs(loaded._graph_schema)
        self._targets: list[str] = loaded._graph_schema.target_names
        self._order = cache(self._ordered)

    @classmethod
    def create(cls, *_arguments: Any, **_options: Any) -> "StraightRunner":
        raise NotImplementedError("made from a loaded runner")

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        wanted = tuple(targets or self._targets)
        results = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in self._order(wanted):
            # A node is told the name alone of what nobody provides.
            given = [results.get(need, need) for need in self._needs[name]]
            results[name] = self._nodes[name](*given)
        return dict(results[name] for name in wanted)

    def _ordered(self, wanted: tuple[str, ...]) -> list[str]:
        """The wanted nodes and all that they need, each after what it needs."""
        order: list[str] = []

        def add(name: str) -> None:
            for need in self._needs.get(name, ()):
                add(need)
            if name in self._needs and name not in order:
                order.append(name)

        for name in wanted:
            add(name)
        return order


def _needs(schema: GraphSchema) -> dict[str, list[str]]:
    return {name: list(node.needs.values()) for name, node in schema.nodes.items()}
