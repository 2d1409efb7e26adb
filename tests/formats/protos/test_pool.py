"""The pool of mpgraph's messages beside protobuf's default one."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import Any, Final

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from mpgraph.formats.detection import Detection
from mpgraph.formats.protos import pool
from mpgraph.formats.protos.framework.calculator_pb2 import CalculatorGraphConfig
from mpgraph.formats.protos.framework.thread_pool_executor_pb2 import ThreadPoolExecutorOptions

MINE: Final = """
from mpgraph.formats.landmark import NormalizedLandmarkList
mine = NormalizedLandmarkList.FromString(bytes.fromhex("0a050d0000003f"))
assert mine.landmark[0].x == 0.5, mine
"""
FOREIGN: Final = """
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
file = descriptor_pb2.FileDescriptorProto(
    name="mediapipe/framework/formats/landmark.proto", package="mediapipe", syntax="proto2"
)
file.message_type.add(name="NormalizedLandmarkList").field.add(name="other", number=1, label=1, type=9)
descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
foreign = message_factory.GetMessageClass(
    descriptor_pool.Default().FindMessageTypeByName("mediapipe.NormalizedLandmarkList")
)
assert foreign(other="x").SerializeToString() == b"\\n\\x01x"
"""


@pytest.mark.parametrize("code", [MINE + FOREIGN, FOREIGN + MINE], ids=["first", "second"])
def test_another_definition_of_the_names_lives_in_the_same_process(code: str) -> None:
    """An installed mediapipe has the same files and names in the default pool, whoever comes first."""
    code += "\nassert foreign.DESCRIPTOR is not NormalizedLandmarkList.DESCRIPTOR"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_default_pool_stays_clean() -> None:
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName(Detection.DESCRIPTOR.full_name)
    assert pool.POOL.FindMessageTypeByName("mediapipe.Detection") is Detection.DESCRIPTOR


def test_classes_know_where_they_stand() -> None:
    module = "mpgraph.formats.protos.framework.formats.detection_pb2"
    assert (Detection.__module__, Detection.__qualname__) == (module, "Detection")
    inner = Detection.AssociatedDetection
    assert (inner.__module__, inner.__qualname__) == (module, "Detection.AssociatedDetection")


@pytest.mark.parametrize(
    "message",
    [Detection(label=["cat"]), Detection.AssociatedDetection(id=3)],
    ids=lambda message: type(message).__qualname__,
)
def test_messages_can_be_pickled_and_copied(message: Any) -> None:
    for made in (pickle.loads(pickle.dumps(message)), copy.copy(message), copy.deepcopy(message)):
        assert made == message
        assert type(made) is type(message)
        assert made is not message


def test_extensions_and_any() -> None:
    """What calculators' and executors' options are made of."""
    config = CalculatorGraphConfig()
    options = config.executor.add(name="gpu").options.Extensions[ThreadPoolExecutorOptions.ext]
    options.num_threads = 3
    config.node.add().node_options.add().Pack(Detection(track_id="7"))
    again = CalculatorGraphConfig.FromString(config.SerializeToString())
    assert again == config
    assert again.executor[0].options.Extensions[ThreadPoolExecutorOptions.ext].num_threads == 3
    packed = Detection()
    assert again.node[0].node_options[0].Unpack(packed)
    assert packed.track_id == "7"


def test_a_file_that_contradicts_is_refused() -> None:
    file = FileDescriptorProto(name="mediapipe/other.proto", package="mediapipe")
    file.message_type.add(name="Detection")
    with pytest.raises(TypeError):
        pool.add_file(file.SerializeToString(), {"__name__": "other"})
