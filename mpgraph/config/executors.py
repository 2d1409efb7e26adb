"""The executors that a graph declares (spec 5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum

from mpgraph.errors import ConfigError, ContractError, Location
from mpgraph.options import has, option, options
from mpgraph.options.fields import hint

from .entries import MediaPipeOptions
from .plan import ExecutorPlan, NodePlan
from .schema import ExecutorConfig, GraphConfig, OptionsEntry

__all__ = ["ThreadPoolExecutorOptions", "plan_executors", "with_default_executor"]

_RESERVED = ("default", "gpu")


class ProcessorPerformance(IntEnum):
    """Which cores a pool prefers; read and ignored."""

    NORMAL = 0
    LOW = 1
    HIGH = 2


@options(message="mediapipe.ThreadPoolExecutorOptions", extension=157116819)
class ThreadPoolExecutorOptions:
    """Options of an executor; only the number of threads has an effect (G-7)."""

    num_threads: int = option(1)
    stack_size: int = option(2)
    nice_priority_level: int = option(3)
    require_processor_performance: ProcessorPerformance = option(4)
    thread_name_prefix: str = option(5)


def plan_executors(
    graph: GraphConfig, nodes: Sequence[NodePlan]
) -> tuple[dict[str, ExecutorPlan], list[ConfigError]]:
    """The executors by name, "" being the default one, and what is wrong with them (V-23 to V-26)."""
    errors: list[ConfigError] = []

    def wrong(message: str, location: Location | None, node: str | None = None) -> None:
        errors.append(ContractError(message, location=location, node=node))

    executors: dict[str, ExecutorPlan] = {}
    for executor in graph.executor:
        name, where = executor.name, executor.location
        if _is_reserved(name):
            wrong(f'"{name}" is a reserved executor name', where)
        elif name in executors:
            wrong(
                f'ExecutorConfig for "{name}" is duplicate'
                if name
                else "ExecutorConfig for the default executor is duplicate",
                where,
            )
        try:
            executors[name] = ExecutorPlan(name, _threads(executor))
        except ConfigError as error:
            errors.extend(error.errors)
            executors[name] = ExecutorPlan(name, 0)
    if "" in executors and graph.num_threads:
        msg = (
            "ExecutorConfig for the default executor and the graph-level num_threads field should not both "
            "be specified: num_threads is that of the executor without a name"
        )
        wrong(msg, graph.location)
    if graph.num_threads < -1:
        msg = f"num_threads must be positive, or 0 or -1 for the default, but is {graph.num_threads}"
        wrong(msg, graph.location)
    executors.setdefault("", ExecutorPlan("", max(graph.num_threads, 0)))
    for node in nodes:
        name = node.config.executor
        if _is_reserved(name):
            wrong(f'"{name}" is a reserved executor name', node.config.location, node.name)
        elif name not in executors:
            near = hint(name, executors) or f'; add: executor {{ name: "{name}" }}'
            msg = f'The executor "{name}" is not declared in an ExecutorConfig{near}'
            wrong(msg, node.config.location, node.name)
    return executors, errors


def with_default_executor(graph: GraphConfig) -> GraphConfig:
    """The graph with its default executor written out, and `num_threads` in it (G-11)."""
    if any(not executor.name for executor in graph.executor):
        return graph
    executor = ExecutorConfig()
    if graph.num_threads:
        opts = OptionsEntry.of(ThreadPoolExecutorOptions(num_threads=graph.num_threads), "extension")
        executor = ExecutorConfig(options=MediaPipeOptions((opts,)))
    return replace(graph, num_threads=0, executor=(*graph.executor, executor))


def _is_reserved(name: str) -> bool:
    return name in _RESERVED or name.startswith("__")


def _threads(executor: ExecutorConfig) -> int | None:
    msg = ""
    options = executor.get_options(ThreadPoolExecutorOptions)
    threads = options.num_threads
    if executor.type == "ApplicationThreadExecutor":
        if not executor.name:
            return None
        msg = f'only the default executor can be an ApplicationThreadExecutor, not "{executor.name}"'
    elif executor.type not in ("", "ThreadPoolExecutor"):
        msg = (
            f"No registered object with name: {executor.type}; it is no executor type; there are "
            "ThreadPoolExecutor, ApplicationThreadExecutor"
        )
    elif executor.type and not has(options, "num_threads"):
        msg = (
            "num_threads is not specified in ThreadPoolExecutorOptions; "
            "add: options { [mediapipe.ThreadPoolExecutorOptions.ext] { num_threads: 4 } }"
        )
    elif threads < (0 if executor.name or executor.type else -1) or (executor.type and not threads):
        msg = f"The num_threads field in ThreadPoolExecutorOptions should be positive but is {threads}"
    if msg:
        raise ContractError(msg, location=executor.location)
    return max(threads, 0)
