"""Executors that a graph declares (spec rules S-4, S-5, V-23 to V-26)."""

from __future__ import annotations

import pytest
from oracle_client import needs_oracle, oracle

from mpgraph.config.executors import ThreadPoolExecutorOptions, plan_executors, with_default_executor
from mpgraph.config.plan import ExecutorPlan
from mpgraph.config.schema import GraphConfig
from mpgraph.config.subgraph import Library
from mpgraph.config.validate import make_plan
from mpgraph.errors import ConfigError
from mpgraph.options import extension_number
from mpgraph.runtime.policies import POLICIES

OPTIONS = "options { [mediapipe.ThreadPoolExecutorOptions.ext] { num_threads: %s } }"


def executors(text: str) -> dict[str, int | None]:
    found, errors = plan_executors(GraphConfig.from_text(text, "g"), [])
    assert not errors
    assert all(plan == ExecutorPlan(name, plan.num_threads) for name, plan in found.items())
    return {name: plan.num_threads for name, plan in found.items()}


def errors(text: str) -> list[str]:
    found = plan_executors(GraphConfig.from_text(text, "g"), [])[1]
    return [str(error) for error in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"": 0}),
        ("num_threads: 3", {"": 3}),
        ("num_threads: -1", {"": 0}),
        ("executor { }", {"": 0}),
        ("executor { " + OPTIONS % 5 + " }", {"": 5}),
        ("executor { " + OPTIONS % -1 + " }", {"": 0}),
        ('executor { type: "ThreadPoolExecutor" ' + OPTIONS % 5 + " }", {"": 5}),
        ('executor { type: "ApplicationThreadExecutor" }', {"": None}),
        ('executor { name: "e" }', {"e": 0, "": 0}),
        (
            'executor { name: "e" type: "ThreadPoolExecutor" ' + OPTIONS % 2 + " } num_threads: 4",
            {"e": 2, "": 4},
        ),
    ],
)
def test_executors(text: str, expected: dict[str, int | None]) -> None:
    """S-4, S-5: 0 stands for the default number, None for the threads of the application."""
    assert executors(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "num_threads: 2 executor { }",
            [
                "g:1:1: ExecutorConfig for the default executor and the graph-level num_threads field "
                "should not both be specified: num_threads is that of the executor without a name"
            ],
        ),
        ("num_threads: -2", ["g:1:1: num_threads must be positive, or 0 or -1 for the default, but is -2"]),
        ('executor { name: "default" }', ['g:1:10: "default" is a reserved executor name']),
        ('executor { name: "gpu" }', ['g:1:10: "gpu" is a reserved executor name']),
        ('executor { name: "__x" }', ['g:1:10: "__x" is a reserved executor name']),
        ('executor { name: "e" }\nexecutor { name: "e" }', ['g:2:10: ExecutorConfig for "e" is duplicate']),
        ("executor { }\nexecutor { }", ["g:2:10: ExecutorConfig for the default executor is duplicate"]),
        (
            'executor { type: "ThreadPoolExecutor" }',
            [
                "g:1:10: num_threads is not specified in ThreadPoolExecutorOptions; "
                "add: options { [mediapipe.ThreadPoolExecutorOptions.ext] { num_threads: 4 } }"
            ],
        ),
        (
            'executor { type: "ThreadPoolExecutor" ' + OPTIONS % 0 + " }",
            ["g:1:10: The num_threads field in ThreadPoolExecutorOptions should be positive but is 0"],
        ),
        (
            "executor { " + OPTIONS % -2 + " }",
            ["g:1:10: The num_threads field in ThreadPoolExecutorOptions should be positive but is -2"],
        ),
        (
            'executor { type: "Pool" }',
            [
                "g:1:10: No registered object with name: Pool; it is no executor type; there are "
                "ThreadPoolExecutor, ApplicationThreadExecutor"
            ],
        ),
        (
            'executor { name: "e" type: "ApplicationThreadExecutor" }',
            ['g:1:10: only the default executor can be an ApplicationThreadExecutor, not "e"'],
        ),
        (
            "executor { options { [mediapipe.ThreadPoolExecutorOptions.ext] { num_thread: 1 } } }",
            [
                'g:1:66: mediapipe.ThreadPoolExecutorOptions has no field "num_thread"; '
                'did you mean "num_threads"?'
            ],
        ),
        (
            'executor { name: "gpu" type: "Pool" } num_threads: -5',
            [
                'g:1:10: "gpu" is a reserved executor name',
                "g:1:10: No registered object with name: Pool; it is no executor type; there are "
                "ThreadPoolExecutor, ApplicationThreadExecutor",
                "g:1:1: num_threads must be positive, or 0 or -1 for the default, but is -5",
            ],
        ),
    ],
)
def test_errors(text: str, expected: list[str]) -> None:
    """V-23 to V-26: all of them, each with its place."""
    assert errors(text) == expected


NODE = 'node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" executor: "%s" } '
IN = 'input_stream: "in" '


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "pol",
            'node "PassThroughCalculator": The executor "pol" is not declared in an ExecutorConfig; did '
            'you mean "pool"?',
        ),
        ("x", 'The executor "x" is not declared in an ExecutorConfig; add: executor { name: "x" }'),
        ("gpu", '"gpu" is a reserved executor name'),
        ("__x", '"__x" is a reserved executor name'),
    ],
)
def test_nodes_name_declared_executors(name: str, message: str) -> None:
    """V-24."""
    text = IN + NODE % name + 'executor { name: "pool" }'
    with pytest.raises(ConfigError) as failure:
        make_plan(GraphConfig.from_text(text, "g"), Library(), POLICIES)
    assert str(failure.value).startswith("g:1:25: ")
    assert message in str(failure.value)


def test_the_extension_is_upstreams() -> None:
    """G-7."""
    assert extension_number(ThreadPoolExecutorOptions) == 157116819


@pytest.mark.parametrize(
    "text", ["", "num_threads: 3", 'executor { name: "e" }', 'executor { name: "e" } num_threads: -1']
)
def test_writing_the_default_executor_out_changes_nothing(text: str) -> None:
    """G-11."""
    graph = with_default_executor(GraphConfig.from_text(text))
    assert executors(graph.to_text()) == executors(text)
    assert graph.num_threads == 0
    assert [executor.name for executor in graph.executor].count("") == 1
    assert with_default_executor(graph) is graph


@needs_oracle
@pytest.mark.parametrize(
    "text",
    [
        "num_threads: 2 executor { }",
        'executor { name: "default" }',
        'executor { name: "gpu" }',
        'executor { name: "__x" }',
        "executor { } executor { }",
        'executor { type: "ThreadPoolExecutor" }',
        'executor { type: "ThreadPoolExecutor" ' + OPTIONS % 0 + " }",
        'executor { type: "ThreadPoolExecutor" ' + OPTIONS % -1 + " }",
        "executor { " + OPTIONS % -2 + " }",
        'executor { type: "Pool" }',
        "num_threads: -2",
        NODE % "nope",
        NODE % "gpu",
    ],
)
def test_upstream_refuses_these_too(text: str) -> None:
    """V-23 to V-26."""
    with pytest.raises(ConfigError):
        make_plan(GraphConfig.from_text(IN + text), Library(), POLICIES)
    with pytest.raises(oracle.OracleError) as failure:
        oracle.run_graph(IN + text)
    assert failure.value.stage == "initialize"


@needs_oracle
@pytest.mark.parametrize(
    "text",
    [
        "num_threads: 3",
        "num_threads: -1",
        "executor { }",
        "executor { " + OPTIONS % 3 + " }",
        'executor { name: "e" type: "ThreadPoolExecutor" ' + OPTIONS % 2 + " } " + NODE % "e",
    ],
)
def test_upstream_accepts_these_and_writes_them_alike(text: str) -> None:
    """G-11."""
    theirs = GraphConfig.from_binary(oracle.expand(IN + text, binary=True))
    ours = make_plan(GraphConfig.from_text(IN + text), Library(), POLICIES).config
    assert ours.to_text() == theirs.to_text()
