"""What pyproject.toml says against what is there; what is left out works here and is missing in the wheel."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from mpgraph.calculator import CalculatorBase
from mpgraph.config.subgraph import Subgraph

ROOT: Final = Path(__file__).parents[1]
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS: Final = PROJECT["tool"]["setuptools"]
ENTRY_POINTS: Final[dict[str, str]] = PROJECT["project"]["entry-points"]["mpgraph.calculators"]
CALCULATORS: Final = ROOT / "calculators"

WITHOUT_TESTS: Final = {
    "mpgraph/__init__.py": "tests/test_exports.py",
    "mpgraph/__main__.py": "two lines; tests/cli/test_main.py",
    "mpgraph/building/backend.py": ".ci/run builds the wheel with it, plain and compiled",
    "mpgraph/cli/__init__.py": "tests/cli/test_main.py",
    "mpgraph/compat/arguments.py": "tests/compat/test_packet_creator.py",
    **dict.fromkeys(
        (
            "mpgraph/formats/anchor.py",
            "mpgraph/formats/body_rig.py",
            "mpgraph/formats/classification.py",
            "mpgraph/formats/detection.py",
            "mpgraph/formats/encoded_image.py",
            "mpgraph/formats/image_file_properties.py",
            "mpgraph/formats/landmark.py",
            "mpgraph/formats/location_data.py",
            "mpgraph/formats/matrix_data.py",
            "mpgraph/formats/rect.py",
            "mpgraph/formats/render_data.py",
            "mpgraph/formats/time_series_header.py",
        ),
        "tests/formats/test_messages.py: nothing but messages",
    ),
    "mpgraph/compat/messages.py": "tests/compat/test_install.py: its only user",
    "mpgraph/compat/__main__.py": "tests/compat/test_run_script.py",
    "mpgraph/solutions/selfie_segmentation.py": "tests/solutions/test_selfie_solution.py",
    "mpgraph/formats/arrays.py": "tests/calculators/tensor/test_image_to_tensor.py sends both",
    "mpgraph/formats/gpu_origin.py": "an enum without rules",
    "mpgraph/inference/flatbuffer.py": "tests/inference/test_lowering.py: its only user",
    "mpgraph/inference/interpreter.py": "tests/inference/test_litert.py and test_tflite_runtime.py",
    "mpgraph/inference/protocol.py": "tests/inference/test_litert.py and test_tflite_runtime.py",
    "mpgraph/inference/threads.py": "tests/calculators/tensor/test_inference_cpu.py",
    "mpgraph/options/__init__.py": "tests/test_options.py",
    "mpgraph/options/describe.py": "tests/test_options.py",
    "mpgraph/options/fields.py": "tests/test_options.py, through the public face",
    "mpgraph/options/schema.py": "tests/test_options.py",
    "mpgraph/options/text.py": "tests/test_options.py",
    "mpgraph/options/wire.py": "tests/test_options.py",
    "mpgraph/config/generators.py": "tests/test_packet_generator.py and test_status_handler.py",
    "mpgraph/runtime/side_jobs.py": "tests/test_packet_generator.py and test_status_handler.py",
    "mpgraph/runtime/failure.py": "tests/runtime/test_graph.py",
    "mpgraph/runtime/node.py": "tests/runtime/test_graph.py",
    "mpgraph/gpu/__init__.py": "the files beside it",
    "mpgraph/gpu/buffer.py": "tests/gpu/test_device.py: a device makes all buffers",
    "mpgraph/runtime/policies/__init__.py": "the files beside it; a table of them",
    "mpgraph/runtime/policies/base.py": "the files beside it: what they have in common",
    "mpgraph/runtime/scheduler.py": "tests/runtime/test_graph.py: its only user is Graph",
    "mpgraph/runtime/wiring.py": "tests/runtime/test_graph.py",
    "mpgraph/config/template_wire.py": "tests/config/test_template.py: its only user",
    "mpgraph/testing/__init__.py": "tests/testing: one file a module",
    "mpgraph/testing/stream_data.py": "tests/testing/test_node_run.py",
    "mpgraph/tree.py": "tests/config/test_pbtxt.py parses into it",
}
"""Modules without a test file of their own, and what tests them."""


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.name != "__init__.py")


def registered_classes() -> dict[str, list[type[Any]]]:
    """The classes with a registered name in calculators/, by the name of their file below it."""
    found: dict[str, list[type[Any]]] = {}
    for path in python_files(CALCULATORS):
        parts = path.relative_to(CALCULATORS).with_suffix("").parts
        module = importlib.import_module(".".join(("mpgraph.calculators", *parts)))
        classes = [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, CalculatorBase | Subgraph)
            and value.__module__ == module.__name__
            and "registered_name" in vars(value)
        ]
        found["/".join(parts)] = classes
    return found


REGISTERED: Final = registered_classes()
MODULES_WITH_CALCULATORS: Final = sorted(name for name, classes in REGISTERED.items() if classes)


def snake_case(name: str) -> str:
    """``TfLiteModel`` as ``tflite_model``: a run of capitals is a word, and so are TfLite and OpenCv."""
    name = name.replace("TfLite", "Tflite").replace("OpenCv", "Opencv")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def test_every_package_is_in_the_wheel() -> None:
    folders = {
        ".".join((package, *path.parent.relative_to(ROOT / where).parts))
        for package, where in SETUPTOOLS["package-dir"].items()
        for path in (ROOT / where).rglob("__init__.py")
    }
    assert SETUPTOOLS["packages"] == sorted(folders)


def test_every_folder_with_code_is_a_package() -> None:
    missing = {
        path.parent.relative_to(ROOT).as_posix()
        for where in SETUPTOOLS["package-dir"].values()
        for path in (ROOT / where).rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    }
    assert missing == set()


def test_every_data_file_is_in_the_wheel() -> None:
    """Graphs, the manifest of models, py.typed."""
    included = {
        path
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for path in (ROOT / SETUPTOOLS["package-dir"][package]).glob(pattern)
    }
    there = {
        path
        for where in SETUPTOOLS["package-dir"].values()
        for path in (ROOT / where).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".md")
    }
    assert there - included == set()


def test_entry_points_are_sorted() -> None:
    assert list(ENTRY_POINTS) == sorted(ENTRY_POINTS)


def test_entry_points_are_the_calculators_that_there_are() -> None:
    there = {
        cls.registered_name: f"{cls.__module__}:{cls.__qualname__}"
        for classes in REGISTERED.values()
        for cls in classes
    }
    assert there == ENTRY_POINTS


@pytest.mark.parametrize("name", MODULES_WITH_CALCULATORS)
def test_a_calculators_file_is_named_after_it(name: str) -> None:
    """And its class; several share one file, named after one of them or after the base of all."""
    file = name.rpartition("/")[2]
    classes = REGISTERED[name]
    names = {snake_case(cls.registered_name.replace("Calculator", "")) for cls in classes}
    shared = {base for base in classes[0].__mro__ if all(issubclass(cls, base) for cls in classes)}
    names |= {snake_case(base.__name__) for base in shared if base.__module__ == classes[0].__module__}
    assert file in names
    for cls in classes:
        assert cls.__name__ in (cls.registered_name, cls.registered_name.replace("Calculator", ""))


@pytest.mark.parametrize("name", MODULES_WITH_CALCULATORS)
def test_a_calculator_has_a_test_file(name: str) -> None:
    folder, _, file = name.rpartition("/")
    assert (ROOT / "tests/calculators" / folder / f"test_{file}.py").is_file()


def without_tests(folder: Path) -> Iterable[str]:
    for path in sorted(folder.rglob("*.py")):
        inner = path.relative_to(folder)
        if path.stem.endswith("_pb2"):
            continue  # generated; tests/formats/test_messages.py
        if path.name == "__init__.py" and len(path.read_text(encoding="utf-8").splitlines()) < 10:
            continue
        parent = ROOT / "tests" / inner.parent
        own = inner.parent.name if path.name == "__init__.py" else path.stem
        if not (parent / f"test_{own}.py").is_file() and not (parent / f"test_{path.stem}.py").is_file():
            yield path.relative_to(ROOT).as_posix()


def test_every_module_has_a_test_file() -> None:
    """Or a reason why not; a reason for a module that has one, or is gone, is refused too."""
    found = set(without_tests(ROOT / "mpgraph"))
    assert sorted(found - set(WITHOUT_TESTS)) == []
    assert sorted(set(WITHOUT_TESTS) - found) == []


def test_every_test_file_has_a_module() -> None:
    """Of those that mirror the code; tests of the whole stand in tests/ itself."""
    orphans = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if (folder := path.parent.relative_to(ROOT / "tests")) != Path()
        and folder.parts[0] != "calculators"
        and (ROOT / "mpgraph" / folder).is_dir()
        and not (ROOT / "mpgraph" / folder / path.name.removeprefix("test_")).is_file()
        and path.relative_to(ROOT).as_posix() not in OF_A_WHOLE_FOLDER
    ]
    assert orphans == []


OF_A_WHOLE_FOLDER: Final = {
    "tests/cli/test_main.py",
    "tests/compat/test_run_script.py",
    "tests/compat/test_side_by_side.py",
    "tests/compat/test_user_scripts.py",
    "tests/config/test_canonical.py",
    "tests/config/test_fuzz.py",
    "tests/formats/test_messages.py",
    "tests/gpu/test_robustness.py",
    "tests/runtime/test_against_oracle.py",
    "tests/runtime/test_properties.py",
    "tests/runtime/test_parallel_calls.py",
    "tests/runtime/test_races.py",
    "tests/runtime/test_reliability.py",
    "tests/runtime/test_runs.py",
    "tests/runtime/test_scheduling.py",
    "tests/runtime/test_side_packets.py",
    "tests/runtime/test_state_machine.py",
    "tests/runtime/test_throttling.py",
    "tests/solutions/test_selfie_solution.py",
}
"""Test files of a folder as a whole."""


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("PassThrough", "pass_through"),
        ("TfLiteModel", "tflite_model"),
        ("OpenCvPutText", "opencv_put_text"),
        ("SwitchContainer", "switch_container"),
        ("TensorsToSegmentation", "tensors_to_segmentation"),
        ("Lift2DFrameAnnotationTo3D", "lift2_d_frame_annotation_to3_d"),
    ],
)
def test_snake_case(name: str, snake: str) -> None:
    assert snake_case(name) == snake
