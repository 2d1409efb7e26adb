"""InferenceCalculator: chooses the calculator that runs a model."""

from __future__ import annotations

import functools
import logging
from dataclasses import replace

from mpgraph.config.entries import CalculatorOptions, OptionsEntry
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.config.subgraph import Subgraph, SubgraphContext
from mpgraph.errors import ModelError
from mpgraph.gpu import DEVICE, Device
from mpgraph.inference import accelerators
from mpgraph.options import message_name, which_oneof

from .inference_options import Delegate, InferenceOptions, Xnnpack

__all__ = ["Inference", "has_gpu"]

logger = logging.getLogger(__name__)


class Inference(Subgraph, name="InferenceCalculator"):
    """Runs a TensorFlow Lite model by the calculator that is right for the node's delegate.

    Delegate ``gpu`` is for InferenceCalculatorGl, or InferenceCalculatorGlAdvanced if it says
    ``use_advanced_gpu_api``; ``litert`` is for InferenceCalculatorLiteRt; ``xnnpack``, ``tflite`` and
    ``nnapi`` are for InferenceCalculatorCpu. A node without one runs on the GPU where there is a real one,
    otherwise on the CPU; where there is no GPU at all, so does one that asks for it, and a warning says so.
    The graph's service `DEVICE` goes before that: ``gpu`` puts every node on the GPU, ``cpu`` on the CPU with
    XNNPACK, whatever the side packet DELEGATE says. Which GPU it is LiteRT chooses; a warning says so if
    ``gpu:NAME`` is another one. Ports, options and errors are those of these calculators.

    Upstream: calculators/tensor/inference_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "InferenceCalculator"
          input_stream: "TENSORS:input_tensors"
          output_stream: "TENSORS:output_tensors"
          input_side_packet: "MODEL:model"
          input_side_packet: "OP_RESOLVER:op_resolver"
          options {
            [mediapipe.InferenceCalculatorOptions.ext] { delegate { xnnpack {} } }
          }
        }
    """

    @classmethod
    def get_config(cls, context: SubgraphContext) -> GraphConfig:
        """The node itself with another calculator."""
        options = context.get_options(InferenceOptions)
        device: Device = context.services.get(DEVICE.key) or Device()
        delegate = which_oneof(options.delegate, "delegate")
        asked = delegate is not None
        node = context.node
        given = node.input_side_packet
        if device.kind != "auto":
            node = replace(
                node, input_side_packet=tuple(each for each in given if not each.startswith("DELEGATE:"))
            )
        calculator = "InferenceCalculatorCpu"
        if device.kind == "cpu":
            node = _with_delegate(node, options, Delegate(xnnpack=Xnnpack()))
        elif device.kind == "gpu" or (delegate in (None, "gpu") and has_gpu(device, asked=asked)):
            _compare(device)
            gpu = options.delegate.gpu
            is_advanced = gpu is not None and gpu.use_advanced_gpu_api
            calculator = "InferenceCalculatorGlAdvanced" if is_advanced else "InferenceCalculatorGl"
            if delegate not in (None, "gpu"):
                node = _with_delegate(node, options, Delegate())
        elif options.delegate.litert is not None:
            calculator = "InferenceCalculatorLiteRt"
            if options.delegate.litert.gpu is not None and not has_gpu(device, asked=True):
                calculator = "InferenceCalculatorCpu"
                node = _with_delegate(node, options, Delegate(xnnpack=Xnnpack()))
        elif delegate == "gpu":
            node = _with_delegate(node, options, Delegate(xnnpack=Xnnpack()))
        return GraphConfig(
            node=(replace(node, calculator=calculator),),
            input_stream=node.input_stream,
            output_stream=node.output_stream,
            input_side_packet=given,
            output_side_packet=node.output_side_packet,
        )


def has_gpu(device: Device, *, asked: bool) -> bool:
    """Whether LiteRT has a GPU for a node that asks for one, or a real one for a node that says nothing.

    A warning says once that there is none for those that ask.
    """
    if not asked and not device.is_real():
        return False
    try:
        found = accelerators.gpu_environment()
    except ModelError as error:
        if asked:
            _say_once(f"inference that asks for the GPU runs on the CPU: {error}")
        return False
    return asked or not found.is_software


def _compare(device: Device) -> None:
    """LiteRT chooses its GPU itself: says so where another one was asked for.

    Raises:
        GpuError: There is none such.
        ModelError: LiteRT has none.
    """
    if device.name:
        asked = device.adapter().info["device"]
        found = accelerators.gpu_environment().adapter
        if asked.lower() not in found.lower() and found.lower() not in asked.lower():
            _say_once(f"inference runs on GPU {found}, which LiteRT chooses; the images are on {asked}")


@functools.cache
def _say_once(why: str) -> None:
    logger.warning("%s", why)


def _with_delegate(node: NodeConfig, options: InferenceOptions, delegate: Delegate) -> NodeConfig:
    """The node with another delegate and the rest of its options."""
    message = message_name(InferenceOptions)
    entry = OptionsEntry.of(replace(options, delegate=delegate))
    return replace(
        node,
        options=CalculatorOptions(tuple(each for each in node.options if each.message != message)),
        node_options=(*(each for each in node.node_options if each.message != message), entry),
    )
