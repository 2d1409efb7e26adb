"""Which tensor of a model each tensor of an inference calculator is (upstream's IO map and feedback)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mpgraph.inference.protocol import Engine, Signature

from .inference_options import FeedbackTensorLink, InputOutputConfig, TensorIndicesMap, TensorNamesMap

__all__ = ["TensorOrder"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TensorOrder:
    """Indexes of the model's tensors.

    Attributes:
        inputs: Of each tensor that the calculator takes.
        outputs: Of each tensor that it gives.
        feedback: (output, input) of each tensor that stays inside for the next call.
    """

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    feedback: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, engine: Engine, order: InputOutputConfig, feedback: InputOutputConfig) -> TensorOrder:
        """The order that the maps of one config and the feedback links of another ask for.

        Raises:
            ValueError: They do not fit the model, or each other.
        """
        links = _links(engine, feedback)
        fed = {to for _, to in links}
        kept = {source for source, _ in links}
        signatures = engine.signatures
        return cls(
            _indexes(
                "input",
                [index for index in range(len(engine.inputs)) if index not in fed],
                order.input_tensor_indices_map,
                order.input_tensor_names_map,
                [signature.inputs for signature in signatures],
                bool(links),
            ),
            _indexes(
                "output",
                [index for index in range(len(engine.outputs)) if index not in kept],
                order.output_tensor_indices_map,
                order.output_tensor_names_map,
                [signature.outputs for signature in signatures],
                bool(links),
            ),
            links,
        )


def _indexes(
    kind: str,
    free: list[int],
    indices: TensorIndicesMap | None,
    names: TensorNamesMap | None,
    signatures: Sequence[Mapping[str, int]],
    has_feedback: bool,
) -> tuple[int, ...]:
    """The model's index of each input or output: as mapped, else as in the model."""
    if indices is not None:
        if has_feedback:
            msg = "feedback_tensor_links go with tensor names, not with tensor indices"
            raise ValueError(msg)
        found = list(indices.model_tensor_indices)
        given: Sequence[object] = found
    elif names is not None:
        if len(signatures) != 1:
            msg = (
                f"{kind}_tensor_names_map needs a model with exactly one signature, it has {len(signatures)}"
            )
            raise ValueError(msg)
        given = names.tensor_names
        found = [_find(kind, name, signatures[0]) for name in names.tensor_names]
    else:
        return tuple(free)
    if sorted(found) != free:
        msg = (
            f"the map of {kind} tensors must name each of the model's {len(free)} {kind}s once"
            f"{' (without those of feedback_tensor_links)' if has_feedback else ''}, got {list(given)}"
        )
        raise ValueError(msg)
    return tuple(found)


def _find(kind: str, name: str, tensors: Mapping[str, int]) -> int:
    if name not in tensors:
        msg = f'the model has no {kind} tensor "{name}"; its signature has: {", ".join(tensors)}'
        raise ValueError(msg)
    return tensors[name]


def _links(engine: Engine, config: InputOutputConfig) -> tuple[tuple[int, int], ...]:
    if not config.feedback_tensor_links:
        return ()
    if len(engine.signatures) != 1:
        _LOG.warning(
            "feedback_tensor_links are ignored: they need a model with exactly one signature, it has %d",
            len(engine.signatures),
        )
        return ()
    (signature,) = engine.signatures
    mapped = {
        name
        for names in (config.input_tensor_names_map, config.output_tensor_names_map)
        if names is not None
        for name in names.tensor_names
    }
    links = [_link(engine, signature, link, mapped) for link in config.feedback_tensor_links]
    for side, indexes in zip(("output", "input"), zip(*links, strict=True), strict=True):
        if len(set(indexes)) != len(indexes):
            msg = f"an {side} tensor is in more than one of feedback_tensor_links"
            raise ValueError(msg)
    return tuple(links)


def _link(
    engine: Engine, signature: Signature, link: FeedbackTensorLink, mapped: set[str]
) -> tuple[int, int]:
    source = _find("output", link.from_output_tensor_name, signature.outputs)
    target = _find("input", link.to_input_tensor_name, signature.inputs)
    for name in (link.from_output_tensor_name, link.to_input_tensor_name):
        if name in mapped:
            msg = f'tensor "{name}" is in feedback_tensor_links and in a map of tensor names'
            raise ValueError(msg)
    specs = engine.outputs[source], engine.inputs[target]
    kinds = [(spec.shape, spec.dtype, spec.scale, spec.zero_point) for spec in specs]
    if kinds[0] != kinds[1]:
        msg = (
            "tensors of a feedback link must have the same shape, type and quantization: "
            f'"{link.from_output_tensor_name}" is {specs[0].dtype} {specs[0].shape}, '
            f'"{link.to_input_tensor_name}" is {specs[1].dtype} {specs[1].shape}'
        )
        raise ValueError(msg)
    return source, target
