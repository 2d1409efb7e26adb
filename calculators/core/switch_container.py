"""SwitchContainer: one of several nodes, chosen while the graph runs (spec 6.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count

from mpgraph.config.entries import CalculatorOptions
from mpgraph.config.schema import GraphConfig, InputStreamHandlerConfig, NodeConfig, OptionsEntry
from mpgraph.config.subgraph import Subgraph, SubgraphContext
from mpgraph.errors import ContractError
from mpgraph.options import has, option, options
from mpgraph.port_map import PortId, PortMap, parse_entry, parse_reference

__all__ = ["SwitchContainer", "SwitchContainerOptions", "channel_tag", "initial_channel"]

SELECTORS = ("SELECT", "ENABLE")


@options(message="mediapipe.SwitchContainerOptions", extension=345967970)
class SwitchContainerOptions:
    """The nodes to choose from, and how.

    Attributes:
        contained_node: One node, calculator or subgraph, per channel.
        select: The channel to begin with.
        enable: Channel 1 (true) or 0 (false) to begin with.
        synchronize_io: Whether the inputs are aligned before they are dealt out.
        async_selection: Whether a selection holds at once, without regard to the data's timestamps.
        tick_input_stream: The inputs, as TAG:index, that a selection keeps step with; empty for all.
    """

    contained_node: tuple[NodeConfig, ...] = option(2)
    select: int = option(3)
    enable: bool = option(4)
    synchronize_io: bool = option(5)
    async_selection: bool = option(6)
    tick_input_stream: tuple[str, ...] = option(7)


def channel_tag(channel: int, tag: str) -> str:
    """The tag of a channel's port on the demux and mux."""
    return f"C{channel}__{tag}"


def initial_channel(opts: SwitchContainerOptions) -> int:
    """The channel to begin with, if no side packet names another (SW-3)."""
    return opts.select if has(opts, "select") else int(opts.enable)


class SwitchContainer(Subgraph, name="SwitchContainer"):
    """Behaves as whichever of its contained nodes is selected.

    SELECT (int, the number of the node) or ENABLE (bool, node 1 or 0), as input stream, side packet or
    option, chooses. All other ports are those of each contained node; their inputs go to the selected
    node, and its outputs come out. A selection stream is put in step with the data, unless
    ``async_selection``: data at a timestamp waits until the selection is settled there. Without any
    selection node 0 is chosen.

    Raises:
        ContractError: There is no contained node, or both SELECT and ENABLE are given, as options,
            streams or side packets.

    Upstream: framework/tool/switch_container.cc; spec SW-1 to SW-10.

    Example::

        node {
          calculator: "SwitchContainer"
          input_side_packet: "ENABLE:full_model"
          input_stream: "frames"
          output_stream: "same_frames"
          options {
            [mediapipe.SwitchContainerOptions.ext] {
              contained_node { calculator: "PassThroughCalculator" }
              contained_node { calculator: "PassThroughCalculator" }
            }
          }
        }
    """

    @classmethod
    def get_config(cls, context: SubgraphContext) -> GraphConfig:
        """Sequencer, demux, mux and the contained nodes."""
        node, opts = context.node, context.get_options(SwitchContainerOptions)
        streams, sides = PortMap(node.input_stream), PortMap(node.input_side_packet)
        cls._check(opts, streams, sides)
        inputs = _names(node.input_stream)
        outputs = _names(node.output_stream, taken=inputs.values())
        side_inputs = _names(node.input_side_packet)
        side_outputs = _names(node.output_side_packet, taken=side_inputs.values())
        channels = range(len(opts.contained_node))

        def per_channel(names: dict[PortId, str]) -> tuple[str, ...]:
            return tuple(
                _entry(PortId(channel_tag(channel, port.tag), port.index), f"c{channel}__{name}")
                for channel in channels
                for port, name in names.items()
            )

        nodes: list[NodeConfig] = []
        selection: tuple[str, ...] = ()
        selection_interface: tuple[str, ...] = ()
        for tag in SELECTORS:
            if streams.slot(tag) is not None:
                name = f"gate_{tag.lower()}"
                selection_interface = (f"{tag}:{name}",)
                selection = (f"{tag}:{name}_timed",)
                nodes.append(_sequencer(opts, name, inputs))
        side_selection = tuple(
            f"{tag}:gate_{tag.lower()}" for tag in SELECTORS if sides.slot(tag) is not None
        )
        entry = OptionsEntry.of(replace(opts, contained_node=()), "extension")
        switch = NodeConfig(options=CalculatorOptions((entry,)))
        nodes.append(
            replace(
                switch,
                calculator="SwitchDemuxCalculator",
                input_stream=(*selection, *_entries(inputs)),
                output_stream=per_channel(inputs),
                input_side_packet=(*side_selection, *_entries(side_inputs)),
                output_side_packet=per_channel(side_inputs),
            )
        )
        nodes.append(
            replace(
                switch,
                calculator="SwitchMuxCalculator",
                input_stream=(*selection, *per_channel(outputs)),
                output_stream=_entries(outputs),
                input_side_packet=(*side_selection, *per_channel(side_outputs)),
                output_side_packet=_entries(side_outputs),
            )
        )
        for channel, contained in enumerate(opts.contained_node):
            prefix = f"c{channel}__"
            nodes.append(
                replace(
                    contained,
                    input_stream=_entries(inputs, prefix),
                    output_stream=_entries(outputs, prefix),
                    input_side_packet=_entries(side_inputs, prefix),
                    output_side_packet=_entries(side_outputs, prefix),
                )
            )
        return GraphConfig(
            type="SwitchContainer",
            node=tuple(nodes),
            input_stream=(*selection_interface, *_entries(inputs)),
            output_stream=_entries(outputs),
            input_side_packet=(*side_selection, *_entries(side_inputs)),
            output_side_packet=_entries(side_outputs),
        )

    @staticmethod
    def _check(opts: SwitchContainerOptions, streams: PortMap, sides: PortMap) -> None:
        if not opts.contained_node:
            msg = "a SwitchContainer needs at least one contained_node in its options"
            raise ContractError(msg)
        if has(opts, "enable") and has(opts, "select"):
            msg = "Only one of SwitchContainer options 'enable' and 'select' can be specified"
            raise ContractError(msg)
        for ports in (streams, sides):
            if all(ports.slot(tag) is not None for tag in SELECTORS):
                msg = "Only one of SwitchContainer inputs 'ENABLE' and 'SELECT' can be specified"
                raise ContractError(msg)


def _names(entries: Sequence[str], taken: Iterable[str] = ()) -> dict[PortId, str]:
    """A name inside the container for each port but the selectors, in slot order; no name twice."""
    used = Counter(taken)
    found: dict[PortId, str] = {}
    untagged = count()
    for entry in entries:  # as written: that is the order of the numbers
        tag, index, name = parse_entry(entry)
        port = PortId(tag, index or 0) if tag else PortId("", next(untagged))
        if tag not in SELECTORS:
            used[name] += 1
            if used[name] > 1:
                name = f"{name}_{used[name]}"
                used[name] += 1
            found[port] = name
    return dict(sorted(found.items()))


def _entry(port: PortId, name: str) -> str:
    if not port.tag:
        return name
    return f"{port.tag}:{port.index}:{name}" if port.index else f"{port.tag}:{name}"


def _entries(names: dict[PortId, str], prefix: str = "") -> tuple[str, ...]:
    return tuple(_entry(port, prefix + name) for port, name in names.items())


def _sequencer(opts: SwitchContainerOptions, name: str, inputs: dict[PortId, str]) -> NodeConfig:
    wanted = [parse_reference(reference) for reference in opts.tick_input_stream]
    ticks = [stream for port, stream in inputs.items() if not wanted or port in wanted]
    default = InputStreamHandlerConfig(input_stream_handler="DefaultInputStreamHandler")
    return NodeConfig(
        calculator="PacketSequencerCalculator",
        input_stream=(
            f"INPUT:{name}",
            *(_entry(PortId("TICK", index), tick) for index, tick in enumerate(ticks)),
        ),
        output_stream=(f"OUTPUT:{name}_timed",),
        input_stream_handler=None if opts.async_selection else default,
    )
