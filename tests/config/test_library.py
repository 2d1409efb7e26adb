"""What names mean: the order of looking them up, and subgraphs of every kind (spec SG-1 to SG-4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stubs import registered

from mpgraph import Graph
from mpgraph.config.library import Library, Subgraph, SubgraphContext
from mpgraph.config.schema import GraphConfig
from mpgraph.config.subgraph import expand
from mpgraph.config.template import GraphTemplate
from mpgraph.errors import ConfigError, UnknownCalculatorError
from mpgraph.options import option, options


@pytest.fixture(autouse=True)
def _stubs() -> Iterator[None]:
    with registered(["LbA", "LbB", "outer.inner.LbDeep"]):
        yield


def text(type_: str, calculator: str = "LbA") -> str:
    return f'type: "{type_}" input_stream: "in" node {{ calculator: "{calculator}" input_stream: "in" }}'


def graph(type_: str, calculator: str = "LbA") -> GraphConfig:
    return GraphConfig.from_text(text(type_, calculator))


def calculators(*config: Any, **arguments: Any) -> list[str]:
    return [node.calculator for node in Graph(*config, **arguments).config.node]


def test_a_given_graph_comes_before_a_calculator_of_that_name() -> None:
    """SG-2: the registry of the graph before the global one."""
    given = graph("LbB")
    assert Library(graphs=[given]).find("LbB") is given
    assert calculators(['node { calculator: "LbB" input_stream: "x" } input_stream: "x"', given]) == ["LbA"]


def test_a_given_graph_comes_first_whatever_the_package() -> None:
    """SG-2, N-16: all that is given is tried in each namespace before anything else is."""
    given = graph("LbDeep")
    library = Library(graphs=[given])
    assert library.find("LbDeep", "outer.inner") is given
    found = Library().find("LbDeep", "outer.inner")
    assert isinstance(found, type)
    assert found.__name__ == "Anything"
    assert library.find(".outer.inner.LbDeep") is found


def test_the_graph_without_a_type_is_the_main_one() -> None:
    """SG-3. Pins InitializeGraphFromProtos."""
    main = 'input_stream: "x" node { calculator: "LbSub" input_stream: "x" }'
    assert calculators([text("LbSub"), main]) == ["LbA"]
    assert calculators([main, GraphConfig.from_text(text("LbSub"))]) == ["LbA"]


def test_the_graph_of_a_type_can_be_the_main_one() -> None:
    """SG-3. Pins InitializeByType."""
    several = [text("LbOne"), text("LbTwo", "LbB"), 'node { calculator: "LbOne" }']
    assert calculators(several, graph_type="LbTwo") == ["LbB"]
    assert calculators([], graph_type="LbCode") == ["LbA"]  # also one that is registered
    assert Graph(several, graph_type="LbTwo").config.type == "LbTwo"


def test_a_file_among_the_graphs(tmp_path: Path) -> None:
    path = tmp_path / "sub.pbtxt"
    path.write_text(text("LbFile"))
    main = 'input_stream: "x" node { calculator: "LbFile" input_stream: "x" }'
    assert calculators([main, path]) == ["LbA"]
    (tmp_path / "beside.pbtxt").write_text(text("LbBeside", "LbB"))
    main = 'input_stream: "x" node { calculator: "LbBeside" input_stream: "x" }'
    assert calculators([main, path]) == ["LbB"]


def test_no_main_graph() -> None:
    """SG-2, SG-3."""
    with pytest.raises(UnknownCalculatorError) as failure:
        Graph([text("LbOne"), text("LbTwo")])
    assert str(failure.value) == (
        'No registered object with name: ; there is no graph of no type (types given: "LbOne", "LbTwo")'
    )
    with pytest.raises(UnknownCalculatorError, match=r'No registered object with name: LbTow;.*mean "LbTwo"'):
        Graph([text("LbOne"), text("LbTwo")], graph_type="LbTow")
    with pytest.raises(UnknownCalculatorError, match="No registered object with name: LbA"):
        Graph([], graph_type="LbA")  # a calculator is no graph


def test_two_main_graphs() -> None:
    with pytest.raises(ConfigError, match=r"two graphs have no type"):
        Graph(['input_stream: "x"', 'input_stream: "y"'])
    with pytest.raises(ConfigError, match=r'two graphs have the type "LbOne"'):
        Graph([text("LbOne"), text("LbOne", "LbB")], graph_type="LbOne")


@options(message="libtest.Made", extension=31_301)
class Made:
    """Options of the subgraph below."""

    count: int = option(1, default=1)


class Code(Subgraph, name="LbCode"):
    """As many nodes as its options and its services say."""

    @classmethod
    def get_config(cls, context: SubgraphContext) -> GraphConfig:
        more = context.services.get("more", 0)
        count = context.get_options(Made).count + more + context.has_options(Made)
        return GraphConfig.from_text('node { calculator: "LbA" }' * count)


def test_code_sees_options_and_services() -> None:
    """SG-4. Pins CheckSubgraphOptionsPassedIn, GraphServicesUsage."""
    node = 'node {{ calculator: "LbCode" {} }}'
    assert calculators(node.format("")) == ["LbA"]
    assert calculators(node.format("options { [libtest.Made.ext] { count: 2 } }")) == ["LbA"] * 3
    assert calculators(node.format(""), services={"more": 2}) == ["LbA"] * 3


def test_options_for_the_main_graph() -> None:
    """SG-3: those given with it."""
    assert calculators([], graph_type="LbCode", options=[Made(count=3)]) == ["LbA"] * 4


def test_a_template_is_given_too() -> None:
    """SG-1 (ii)."""
    template = GraphTemplate.from_text(
        'type: "LbTemplate" %for (n : list(1, 2))% node { calculator: "LbA" } %end%'
    )
    config = GraphConfig.from_text('node { calculator: "LbTemplate" }')
    assert len(expand(config, Library(graphs=[template])).node) == 2


def test_a_template_in_a_file(tmp_path: Path) -> None:
    """SG-1 (ii): by its type, like a graph."""
    (tmp_path / "t.pbtxt").write_text('type: "LbInFile" # 100 %\n%if (1)% node { calculator: "LbB" } %end%')
    main = tmp_path / "main.pbtxt"
    main.write_text('node { calculator: "LbInFile" }')
    assert calculators(main) == ["LbB"]
    assert calculators(tmp_path / "t.pbtxt") == ["LbB"]
