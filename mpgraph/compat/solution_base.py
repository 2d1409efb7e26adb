"""`SolutionBase`: a graph as a function of images, after upstream's ``solution_base`` (spec 12.9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum, unique
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from mpgraph import registry
from mpgraph.config.entries import OptionsEntry
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.formats.image_format import ImageFormat
from mpgraph.options import message_name
from mpgraph.options.schema import schema_of
from mpgraph.packet import Packet

from . import packet_creator, packet_getter
from .calculator_graph import CalculatorGraph
from .validated_graph_config import ValidatedGraphConfig

__all__ = ["PacketDataType", "SolutionBase"]


@unique
class PacketDataType(Enum):
    """The kinds of data that solutions take and give (PY-S3)."""

    STRING = "string"
    BOOL = "bool"
    BOOL_LIST = "bool_list"
    INT = "int"
    INT_LIST = "int_list"
    FLOAT = "float"
    FLOAT_LIST = "float_list"
    AUDIO = "matrix"
    IMAGE = "image"
    IMAGE_LIST = "image_list"
    IMAGE_FRAME = "image_frame"
    PROTO = "proto"
    PROTO_LIST = "proto_list"

    @staticmethod
    def from_registered_name(registered_name: str) -> PacketDataType:
        """The kind of a packet type's name; of several, that of the first that is known.

        Raises:
            KeyError: It is none of these.
        """
        names = [registered_name]
        if registered_name.startswith("OneOf<") and registered_name.endswith(">"):
            names += [name.strip() for name in registered_name[len("OneOf<") : -1].split(",")]
        for name in names:
            if name in NAME_TO_TYPE:
                return NAME_TO_TYPE[name]
        raise KeyError(registered_name)


_LISTED: Final = (
    *("Classification", "ClassificationList", "Detection", "DetectionList", "Landmark", "LandmarkList"),
    *("NormalizedLandmark", "NormalizedLandmarkList", "Rect", "NormalizedRect", "JointList"),
)
_MESSAGES: Final = (
    *_LISTED,
    *("ClassificationListCollection", "LandmarkListCollection", "NormalizedLandmarkListCollection"),
    *("FrameAnnotation", "Trigger", "Joint"),
)
NAME_TO_TYPE: Final[dict[str, PacketDataType]] = {
    "string": PacketDataType.STRING,
    "bool": PacketDataType.BOOL,
    "::std::vector<bool>": PacketDataType.BOOL_LIST,
    **dict.fromkeys(("int", "int64", "int64_t"), PacketDataType.INT),
    **{f"::std::vector<{name}>": PacketDataType.INT_LIST for name in ("int", "int64", "int64_t")},
    "float": PacketDataType.FLOAT,
    "::std::vector<float>": PacketDataType.FLOAT_LIST,
    "::mediapipe::Matrix": PacketDataType.AUDIO,
    "::mediapipe::ImageFrame": PacketDataType.IMAGE_FRAME,
    "::mediapipe::Image": PacketDataType.IMAGE,
    "::std::vector<::mediapipe::Image>": PacketDataType.IMAGE_LIST,
    **{f"::mediapipe::{name}": PacketDataType.PROTO for name in _MESSAGES},
    **{f"::std::vector<::mediapipe::{name}>": PacketDataType.PROTO_LIST for name in _LISTED},
}
"""The kind of each packet type by its registered name (PY-S4)."""

_MODIFIABLE: Final = frozenset(
    (
        "ConstantSidePacketCalculator",
        "ImageTransformationCalculator",
        "LandmarksSmoothingCalculator",
        "LogicCalculator",
        "ThresholdingCalculator",
        "TensorsToDetectionsCalculator",
        "Lift2DFrameAnnotationTo3DCalculator",
    )
)
_IMAGES: Final = (PacketDataType.IMAGE, PacketDataType.IMAGE_FRAME)
_STEP: Final = 33_333  # microseconds from one call to the next


class SolutionBase:
    """Runs a graph on one set of inputs after the other.

    Args:
        binary_graph_path: A graph's file, or upstream's path of a graph that mpgraph brings.
        graph_config: A graph as message or text; one of both is needed.
        calculator_params: Options of nodes, ``"node_name.field"`` to value (PY-S6).
        graph_options: Options of the graph, a message.
        side_inputs: Values of side packets by name.
        outputs: The streams to observe; by default the graph's output streams.
        stream_type_hints: Kinds of streams whose type the graph does not tell.

    Raises:
        ValueError: Not exactly one graph, or arguments that do not fit it.
        RuntimeError: The graph has errors or cannot start.
        FileNotFoundError: There is no such file.

    Upstream: ``mediapipe.python.solution_base``; rules PY-S1 to PY-S9.
    """

    def __init__(
        self,
        binary_graph_path: str | None = None,
        graph_config: Any = None,
        calculator_params: Mapping[str, Any] | None = None,
        graph_options: Any = None,
        side_inputs: Mapping[str, Any] | None = None,
        outputs: list[str] | None = None,
        stream_type_hints: Mapping[str, PacketDataType] | None = None,
    ) -> None:
        if bool(binary_graph_path) == bool(graph_config):
            msg = "Must provide exactly one of 'binary_graph_path' or 'graph_config'."
            raise ValueError(msg)
        validated = ValidatedGraphConfig()
        if binary_graph_path:
            validated.initialize(binary_graph_path=_find_graph(binary_graph_path))
        else:
            validated.initialize(graph_config=graph_config)
        config = validated.config
        hints = stream_type_hints or {}

        def kind(entry: str) -> PacketDataType:
            name = _name(entry)
            known = hints.get(name)
            return known or PacketDataType.from_registered_name(validated.registered_stream_type_name(name))

        self._inputs: dict[str, PacketDataType] | None = {
            _name(entry): kind(entry) for entry in config.input_stream
        }
        self._outputs: dict[str, PacketDataType] | None = {
            _name(entry): kind(entry) for entry in outputs or config.output_stream
        }
        sides = {
            name: PacketDataType.from_registered_name(validated.registered_side_packet_type_name(_name(name)))
            for name in side_inputs or {}
        }
        if calculator_params:
            config = _with_params(config, calculator_params)
        if graph_options is not None:
            config = _with_graph_options(config, graph_options)
        self._graph: CalculatorGraph | None = CalculatorGraph(graph_config=config)
        self._timestamp = 0
        self._latest: dict[str, Packet] = {}
        for name in self._outputs:
            self._graph.observe_output_stream(name, self._latest.__setitem__, True)
        self._side_packets = {
            name: _make_packet(sides[name], value) for name, value in (side_inputs or {}).items()
        }
        self._graph.start_run(self._side_packets)

    def process(self, input_data: Any) -> Any:
        """Runs the graph on one set of inputs.

        Args:
            input_data: An RGB image, uint8 array (height, width, 3), for a graph with one input; or
                images and other data by input stream. Inputs that are not named get nothing.

        Returns:
            An object with an attribute per output stream: images as read-only arrays, None where
            nothing came. `_fields` has their names.

        Raises:
            ValueError: The image has not three channels, the graph is closed, or has several inputs.
            NotImplementedError: The graph takes audio or lists of messages.
            KeyError: There is no such input.
            RuntimeError: The graph failed.
        """
        self._latest.clear()
        if isinstance(input_data, np.ndarray):
            if self._inputs is None:
                msg = "_input_stream_type_info is None in SolutionBase"
                raise ValueError(msg)
            if len(self._inputs) != 1:
                msg = "Can't process single image input since the graph has more than one input streams."
                raise ValueError(msg)
            input_data = {next(iter(self._inputs)): input_data}
        self._timestamp += _STEP
        if self._graph is None or self._inputs is None or self._outputs is None:
            msg = "_graph is None in SolutionBase"
            raise ValueError(msg)
        packets = {}
        for name, value in input_data.items():
            kind = self._inputs[name]
            if kind in (PacketDataType.PROTO_LIST, PacketDataType.AUDIO):
                msg = (
                    "SolutionBase can only process non-audio and non-proto-list data. "
                    f"{kind.name} type is not supported yet."
                )
                raise NotImplementedError(msg)
            if kind in _IMAGES and value.shape[2] != 3:
                msg = "Input image must contain three channel rgb data."
                raise ValueError(msg)
            packets[name] = _make_packet(kind, value)
        self._graph.process(packets, self._timestamp)
        return SolutionOutputs(
            {name: _content(kind, self._latest.get(name)) for name, kind in self._outputs.items()}
        )

    def close(self) -> None:
        """Ends the graph.

        Raises:
            ValueError: It was closed before.
            RuntimeError: The graph failed.
        """
        if self._graph is None:
            msg = "Closing SolutionBase._graph which is already None"
            raise ValueError(msg)
        graph, self._graph, self._inputs, self._outputs = self._graph, None, None, None
        graph.close()

    def reset(self) -> None:
        """Ends the run and starts another with the same side packets; timestamps go on."""
        if self._graph is not None:
            self._graph.close()
            self._graph.start_run(self._side_packets)

    def create_graph_options(self, options_message: Any, values: Any) -> Any:
        """Sets fields of a message, each by a path such as ``"inner.field"``; returns the message."""
        for path, value in values.items() if hasattr(values, "items") else values:
            *parents, last = path.split(".")
            message = options_message
            for parent in parents:
                message = getattr(message, parent)
            present = getattr(message, last)
            if hasattr(present, "append"):
                del present[:]
                present.extend(value)
            elif hasattr(present, "CopyFrom"):
                present.CopyFrom(value)
            else:
                setattr(message, last, value)
        return options_message

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SolutionOutputs:
    """What a call of `SolutionBase.process` gave: an attribute per output stream."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)
        self._fields = tuple(values)

    def __repr__(self) -> str:
        return f"SolutionOutputs({', '.join(self._fields)})"


def _name(entry: str) -> str:
    return entry.rpartition(":")[2]


def _find_graph(path: str) -> str:
    """The file of a graph: as named, or the one that mpgraph has in place of upstream's."""
    if Path(path).exists():
        return path
    inner = Path(path.removeprefix("mediapipe/"))
    for package in registry.graph_packages():
        for suffix in (inner.suffix, ".pbtxt"):
            own = files(package).joinpath(str(inner.with_suffix(suffix)))
            if own.is_file():
                return str(own)
    return path


def _make_packet(kind: PacketDataType, value: Any) -> Packet:
    create = getattr(packet_creator, f"create_{kind.value}")
    packet: Packet = create(value, image_format=ImageFormat.SRGB) if kind in _IMAGES else create(value)
    return packet


def _content(kind: PacketDataType, packet: Packet | None) -> Any:
    if packet is None or packet.is_empty():
        return None
    if kind in _IMAGES:
        return packet.value.numpy_view()
    name = "str" if kind is PacketDataType.STRING else kind.value
    return getattr(packet_getter, f"get_{name}")(packet)


def _with_params(config: GraphConfig, params: Mapping[str, Any]) -> GraphConfig:
    """The graph with options of some nodes changed (PY-S6)."""
    by_node: dict[str, dict[str, Any]] = {}
    for key, value in params.items():
        parts = key.split(".")
        if len(parts) != 2:
            msg = f'The key "{key}" in the calculator_params is invalid.'
            raise ValueError(msg)
        by_node.setdefault(parts[0], {})[parts[1]] = value
    nodes = tuple(
        _with_fields(node, by_node.pop(node.name)) if node.name in by_node else node for node in config.node
    )
    if by_node:
        msg = "Not all calculator params are valid."
        raise ValueError(msg)
    return replace(config, node=nodes)


def _with_fields(node: NodeConfig, fields: Mapping[str, Any]) -> NodeConfig:
    found = registry.find(node.calculator) if node.calculator in _MODIFIABLE else None
    cls = None if found is None else found.options_class()
    if cls is None:
        msg = f"Modifying the calculator options of {node.name} is not supported."
        raise ValueError(msg)
    if node.options and node.node_options:
        msg = (
            f"Cannot modify the calculator options of {node.name} because it has both options and "
            "node_options fields."
        )
        raise ValueError(msg)
    known = schema_of(cls).by_name
    present = node.get_options(cls)
    values = {item.attribute: getattr(present, item.attribute) for item in known.values()}
    kept = {name for name in values if name in present._meta.present}
    for name, value in fields.items():
        field = known[name]
        kept.discard(field.attribute)
        if value is None:
            continue
        if field.repeated and not isinstance(value, Iterable):
            msg = (
                f"{name} is a repeated proto field but the value to be set is {type(value)}, which is not "
                "iterable."
            )
            raise ValueError(msg)
        values[field.attribute] = tuple(value) if field.repeated else value
        kept.add(field.attribute)
    changed = cls(**{name: value for name, value in values.items() if name in kept})
    if node.node_options:
        others = [entry for entry in node.node_options if entry.message != message_name(cls)]
        return replace(node, node_options=(*others, OptionsEntry.of(changed, "any")))
    return replace(node, options=type(node.options)((OptionsEntry.of(changed, "extension"),)))


def _with_graph_options(config: GraphConfig, message: Any) -> GraphConfig:
    """The graph with options merged into its own of the same type, or added (PY-S2)."""
    name = message.DESCRIPTOR.full_name
    merged = type(message)()
    others = []
    for entry in config.graph_options:
        if entry.message == name:
            merged.MergeFromString(entry.data)
        else:
            others.append(entry)
    merged.MergeFrom(message)
    added = OptionsEntry.from_wire(_any(name, merged.SerializeToString()))
    return replace(config, graph_options=(*others, added))


def _any(name: str, data: bytes) -> bytes:
    from google.protobuf.any_pb2 import Any as AnyMessage

    wrapped: bytes = AnyMessage(type_url=f"type.googleapis.com/{name}", value=data).SerializeToString()
    return wrapped
