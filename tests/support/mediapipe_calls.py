# mypy: disable-error-code="import-not-found,misc"
"""Calls of MediaPipe's Python API, to be run by the real one and by mpgraph; prints what came of each.

python mediapipe_calls.py [mpgraph]
"""

import json
import sys
from collections.abc import Callable
from typing import Any

if sys.argv[1:] == ["mpgraph"]:
    import mpgraph

    mpgraph.install_as_mediapipe()

import mediapipe as mp
import numpy as np
from google.protobuf import text_format
from mediapipe.framework import calculator_pb2
from mediapipe.framework.formats import detection_pb2, landmark_pb2
from mediapipe.python import packet_creator, packet_getter, solution_base
from mediapipe.python._framework_bindings import calculator_graph, validated_graph_config
from mediapipe.python.solutions import drawing_utils

Graph = mp.CalculatorGraph
PASS = (
    'input_stream: "in" output_stream: "out" '
    'node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" }'
)
SIDE = (
    'input_stream: "in" input_side_packet: "s" output_side_packet: "n" '
    'node { calculator: "GateCalculator" input_stream: "in" output_stream: "out" input_side_packet: "ALLOW:s" } '
    'node { calculator: "ConstantSidePacketCalculator" output_side_packet: "PACKET:n" '
    "options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { int_value: 42 } } } }"
)
NEEDED = (
    'input_side_packet: "s" output_stream: "out" '
    'node { calculator: "SidePacketToStreamCalculator" input_side_packet: "s" output_stream: "AT_PRESTREAM:out" }'
)
TYPED = (
    'input_stream: "im" node { calculator: "ImagePropertiesCalculator" '
    'input_stream: "IMAGE:im" output_stream: "SIZE:size" }'
)
GATED = """input_stream: "image" input_stream: "allow" input_side_packet: "unused" output_stream: "passed"
node { calculator: "GateCalculator" input_stream: "image" input_stream: "ALLOW:allow" output_stream: "passed" }"""

IN = 'input_stream: "in" '
NODE = 'node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" %s} '
CONSTANT = (
    'node { calculator: "ConstantSidePacketCalculator" output_side_packet: "PACKET:a" '
    "options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { int_value: 1 } } } } "
)
SIZE = 'node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:%s" output_stream: "SIZE:%s" } '
BROKEN = {
    "ports do not match": IN + NODE % 'input_stream: "in"',
    "graph input twice": IN + IN + NODE % "",
    "tags": IN + NODE.replace('"in"', '"A:B:in"') % "",
    "unknown input_stream_info": IN + NODE % 'input_stream_info { tag_index: "X" }',
    "types": IN + SIZE % ("in", "s") + SIZE % ("s", "t"),
    "executor": IN + NODE % 'executor: "x"',
    "reserved executor": IN + NODE % "" + 'executor { name: "gpu" }',
    "threads twice": IN + NODE % "" + "num_threads: 2 executor { }",
    "negative threads": IN + NODE % "" + "num_threads: -2",
    "unknown handler": IN + NODE % 'input_stream_handler { input_stream_handler: "Zz" }',
    "side packet twice": CONSTANT + CONSTANT,
    "unexpected port": IN
    + 'node { calculator: "GateCalculator" input_stream: "in" input_stream: "ALLOW:in" input_stream: "ZZ:in" output_stream: "out" }',
    "two unknown": 'node { calculator: "Nope1" } node { calculator: "Nope2" }',
    "cycle": 'node { calculator: "PassThroughCalculator" input_stream: "b" output_stream: "a" } '
    'node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b" }',
}


def show(name: str, call: Callable[[], Any]) -> None:
    try:
        outcome: list[Any] = ["ok", repr(call())]
    except Exception as error:
        outcome = [
            "error",
            [c.__name__ for c in type(error).__mro__],
            str(error).partition("\nStack trace")[0],
        ]
    print(json.dumps([name, *outcome]), flush=True)


def construct() -> None:
    show("no keyword", lambda: Graph())
    show("unknown keyword", lambda: Graph(graph_confi=PASS))
    show("one unknown keyword", lambda: Graph(graph_config=PASS, zz=3))
    show("positional", lambda: Graph(PASS))
    show("file and text", lambda: Graph(graph_config=PASS, binary_graph_path="x"))
    show("missing file", lambda: Graph(binary_graph_path="/nope/x.binarypb"))
    show("bad text", lambda: Graph(graph_config='node { calculato: "x" }'))
    show("unknown calculator", lambda: Graph(graph_config='node { calculator: "Nope" }'))
    show("defined twice", lambda: Graph(graph_config=PASS + PASS.partition('"out" ')[2]))
    for name, config in BROKEN.items():
        show(f"broken: {name}", lambda config=config: Graph(graph_config=config))
    show("no producer", lambda: Graph(graph_config=PASS.partition('"out" ')[2]))
    show("empty", lambda: Graph(graph_config="").text_config)
    show("output without producer", lambda: Graph(graph_config='output_stream: "zz"').text_config)
    message = text_format.Parse(PASS, calculator_pb2.CalculatorGraphConfig())
    show("message", lambda: Graph(graph_config=message).text_config)
    show("threads", lambda: Graph(graph_config="num_threads: 3 " + PASS).text_config)
    for line in ("", "max_queue_size: 7", "max_queue_size: -1"):
        show(f"queue size {line}", lambda line=line: Graph(graph_config=PASS + line).max_queue_size)


def run() -> None:
    graph = Graph(graph_config=PASS)
    out = []
    show("text", lambda: graph.text_config)
    show("binary", lambda: type(graph.binary_config))
    show("mode", lambda: (graph.graph_input_stream_add_mode, int(graph.graph_input_stream_add_mode)))
    mode = calculator_graph.GraphInputStreamAddMode.ADD_IF_NOT_FULL
    show("set mode", lambda: setattr(graph, "graph_input_stream_add_mode", mode))
    show("mode is set", lambda: graph.graph_input_stream_add_mode == calculator_graph.ADD_IF_NOT_FULL)
    show("wrong mode", lambda: setattr(graph, "graph_input_stream_add_mode", "x"))
    one = packet_creator.create_int(1)
    show("add before start", lambda: graph.add_packet_to_input_stream("in", one.at(0)))
    show("no error before start", lambda: (graph.has_error(), graph.get_combined_error_message()))
    show("wait before start", lambda: graph.wait_until_idle())
    show("done before start", lambda: graph.wait_until_done())
    show("close before start", lambda: graph.close())
    show("observe unknown", lambda: graph.observe_output_stream("nope", lambda name, packet: None))
    show("observe with no function", lambda: graph.observe_output_stream("out", 3))
    show(
        "observe",
        lambda: graph.observe_output_stream(
            "out",
            lambda name, packet: out.append((name, packet_getter.get_int(packet), packet.timestamp.value)),
        ),
    )
    show("start with None", lambda: graph.start_run(None))
    show("start with no packet", lambda: graph.start_run({"a": 3}))
    show("start", lambda: graph.start_run({"a": packet_creator.create_int(3)}))
    show("wrong timestamp", lambda: graph.add_packet_to_input_stream("in", one, 1.5))
    show("no timestamp", lambda: graph.add_packet_to_input_stream("in", one))
    show("done as timestamp", lambda: graph.add_packet_to_input_stream("in", one, mp.Timestamp.DONE))
    show("add", lambda: graph.add_packet_to_input_stream("in", one, 0))
    show(
        "add by name",
        lambda: graph.add_packet_to_input_stream(stream="in", packet=one, timestamp=mp.Timestamp(5)),
    )
    show("add at", lambda: graph.add_packet_to_input_stream("in", one.at(7)))
    show("no packet", lambda: graph.add_packet_to_input_stream("in", 3, 8))
    show("idle", lambda: graph.wait_until_idle())
    show("received", lambda: out)
    show("no error", lambda: (graph.has_error(), graph.get_combined_error_message()))
    show("back in time", lambda: graph.add_packet_to_input_stream("in", one.at(2)))
    show("idle fails", lambda: graph.wait_until_idle())
    show("error", lambda: (graph.has_error(), graph.get_combined_error_message()[:70]))
    show("add after error", lambda: graph.add_packet_to_input_stream("in", one.at(20)))
    show("close fails", lambda: graph.close())
    show("error is gone", lambda: (graph.has_error(), graph.get_combined_error_message()))
    show("start again", lambda: graph.start_run())
    show("add again", lambda: graph.add_packet_to_input_stream("in", one, 0))
    show("idle again", lambda: graph.wait_until_idle())
    show("close input", lambda: graph.close_input_stream("in"))
    show("done", lambda: graph.wait_until_done())
    show("done again", lambda: graph.wait_until_done())
    show("close when done", lambda: graph.close())
    show("add when done", lambda: graph.add_packet_to_input_stream("in", one, 19))
    show("received in all", lambda: out)
    graph = Graph(graph_config=PASS)
    graph.start_run()
    show(
        "bound goes back",
        lambda: [graph.add_packet_to_input_stream("in", mp.Packet().at(t)) for t in (5, 3)],
    )
    show("idle after bound", lambda: graph.wait_until_idle())
    show("close after bound", lambda: graph.close())


def types_and_sides() -> None:
    graph = Graph(graph_config=TYPED)
    graph.start_run()
    show("wrong type", lambda: graph.add_packet_to_input_stream("im", packet_creator.create_int(3), 0))
    show("wrong type is kept", lambda: graph.has_error())
    show("wrong type ends the run", lambda: graph.close())
    graph = Graph(graph_config=SIDE)
    show("missing side packet", lambda: Graph(graph_config=NEEDED).start_run())
    show("wrong side packet", lambda: graph.start_run({"s": packet_creator.create_int(3)}))
    show("unknown output side packet", lambda: graph.get_output_side_packet("zz"))
    yes = packet_creator.create_bool(True)
    show("side packet given twice", lambda: graph.start_run({"s": yes, "n": packet_creator.create_int(3)}))
    graph = Graph(graph_config=SIDE)
    show("start", lambda: graph.start_run({"s": yes, "of no use": yes}))
    show("close", lambda: graph.close())
    show("output side packet", lambda: packet_getter.get_int(graph.get_output_side_packet("n")))
    show("output side packet of the caller", lambda: graph.get_output_side_packet("s"))


def validated() -> None:
    config = validated_graph_config.ValidatedGraphConfig()
    show("not initialised", lambda: (config.initialized(), config.text_config, config.binary_config))
    show("nothing given", lambda: config.initialize())
    show("unknown keyword", lambda: config.initialize(zz=PASS))
    show("initialise", lambda: config.initialize(graph_config=PASS))
    show("twice", lambda: config.initialize(graph_config=PASS))
    show("text", lambda: (config.initialized(), config.text_config))
    show("type unknown", lambda: config.registered_stream_type_name("in"))
    show("no such stream", lambda: config.registered_stream_type_name("zz"))
    show("no such side packet", lambda: config.registered_side_packet_type_name("zz"))
    show("graph of it", lambda: Graph(validated_graph_config=config).text_config)
    show(
        "graph of none",
        lambda: Graph(validated_graph_config=validated_graph_config.ValidatedGraphConfig()).text_config,
    )
    sides = validated_graph_config.ValidatedGraphConfig()
    sides.initialize(graph_config=SIDE)
    show("side types", lambda: [sides.registered_side_packet_type_name(name) for name in "sn"])


def solutions() -> None:
    image = np.arange(32 * 48 * 3, dtype=np.uint8).reshape(32, 48, 3)
    Base = solution_base.SolutionBase
    Kind = solution_base.PacketDataType
    hints = {"image": Kind.IMAGE_FRAME, "allow": Kind.BOOL, "passed": Kind.IMAGE_FRAME}
    show("no graph", lambda: Base())
    show("two graphs", lambda: Base(graph_config=PASS, binary_graph_path="x"))
    show("type not known", lambda: Base(graph_config=PASS))
    base = Base(graph_config=GATED, stream_type_hints=hints)
    show("allowed", lambda: np.array_equal(base.process({"image": image, "allow": True}).passed, image))
    show("not allowed", lambda: base.process({"image": image, "allow": False}).passed)
    show("several inputs", lambda: base.process(image))
    show("unknown input", lambda: base.process({"nope": image}))
    show("four channels", lambda: base.process({"image": np.zeros((4, 4, 4), np.uint8)}))
    show("reset", lambda: base.reset())
    show("after reset", lambda: base.process({"image": image, "allow": True}).passed.shape)
    show("close", lambda: base.close())
    show("close again", lambda: base.close())
    show("process closed", lambda: base.process({"image": image}))
    show("params", lambda: Base(graph_config=GATED, stream_type_hints=hints, calculator_params={"a.b.c": 1}))
    show(
        "no such node",
        lambda: Base(graph_config=GATED, stream_type_hints=hints, calculator_params={"a.b": 1}),
    )
    named = GATED.replace("node { calc", 'node { name: "g" calc')
    show(
        "not modifiable",
        lambda: Base(graph_config=named, stream_type_hints=hints, calculator_params={"g.allow": True}),
    )
    for name in ("int", "::std::vector<float>", "OneOf<Foo, ::mediapipe::Image>", "Foo"):
        show(f"kind {name}", lambda name=name: Kind.from_registered_name(name))


def drawing() -> None:
    image = np.full((120, 160, 3), 40, np.uint8)
    landmarks = landmark_pb2.NormalizedLandmarkList(
        landmark=[
            landmark_pb2.NormalizedLandmark(x=0.1 * i - 0.05, y=(0.13 * i * i) % 1.02) for i in range(12)
        ]
    )
    landmarks.landmark[3].visibility = 0.2
    landmarks.landmark[5].presence = 0.9
    spec = drawing_utils.DrawingSpec
    drawing_utils.draw_landmarks(image, landmarks, [(1, 2), (2, 3), (4, 6), (7, 8)])
    drawing_utils.draw_landmarks(
        image,
        landmarks,
        frozenset([(6, 7)]),
        {i: spec(thickness=-1, circle_radius=i) for i in range(12)},
        spec((1, 2, 3), 4),
    )
    drawing_utils.draw_axis(image, np.eye(3), np.array([0.1, 0.05, 1.0]))
    detection = detection_pb2.Detection()
    location = detection.location_data
    location.format = 2
    location.relative_bounding_box.xmin, location.relative_bounding_box.ymin = 0.2, 0.3
    location.relative_bounding_box.width, location.relative_bounding_box.height = 0.5, 0.4
    location.relative_keypoints.add(x=0.5, y=0.5)
    drawing_utils.draw_detection(image, detection)
    show("drawn", lambda: image.tolist())
    show("unknown landmark", lambda: drawing_utils.draw_landmarks(image, landmarks, [(0, 99)]))
    show("grey image", lambda: drawing_utils.draw_landmarks(image[:, :, :1], landmarks))
    location.format = 0
    show("not relative", lambda: drawing_utils.draw_detection(image, detection))
    show("nothing to draw", lambda: drawing_utils.draw_landmarks(image, None))
    show("defaults", lambda: (spec(), drawing_utils.WHITE_COLOR, drawing_utils.RED_COLOR))


for part in (construct, run, types_and_sides, validated, solutions, drawing):
    print(json.dumps(["part", part.__name__]), flush=True)
    part()
