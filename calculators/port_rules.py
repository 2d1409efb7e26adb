"""Rules of contracts that several calculators share."""

from __future__ import annotations

from collections.abc import Sequence

from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.ports import Kind

__all__ = ["all_in_memory_or_on_gpu", "exactly_one", "exactly_one_untagged_or", "no_gpu", "same_number"]


def exactly_one(contract: Contract, kind: Kind, *tags: str) -> None:
    """Checks that a node connects exactly one of the tags.

    Raises:
        ContractError: It connects none or several.
    """
    connected = [tag for tag in tags if contract.ports(kind).has(tag)]
    if len(connected) != 1:
        msg = (
            f"exactly one {kind.replace('_', ' ')} of {', '.join(tags)} must be connected; "
            f"connected: {', '.join(connected) or 'none'}"
        )
        raise ContractError(msg)


def exactly_one_untagged_or(contract: Contract, kind: Kind, tag: str) -> None:
    """Checks that a node connects either one port without a tag or one with it.

    Raises:
        ContractError: It connects none or both.
    """
    if contract.ports(kind).has(tag) == contract.ports(kind).has(""):
        both = "both" if contract.ports(kind).has(tag) else "none"
        msg = f"exactly one {kind.replace('_', ' ')}, untagged or {tag}, must be connected; got {both}"
        raise ContractError(msg)


def all_in_memory_or_on_gpu(contract: Contract, inputs: Sequence[str], outputs: Sequence[str]) -> bool:
    """Checks that a node connects all of the tags, or all of them with ``_GPU`` at their ends.

    Returns:
        Whether they are those on the GPU.

    Raises:
        ContractError: Some are missing, or both kinds are connected.
    """
    connected = {
        f"{kind} {tag}{end}": map_.has(f"{tag}{end}")
        for kind, map_, tags in (("input", contract.inputs, inputs), ("output", contract.outputs, outputs))
        for tag in tags
        for end in ("", "_GPU")
    }
    on_gpu = {there for name, there in connected.items() if name.endswith("_GPU")}
    in_memory = {there for name, there in connected.items() if not name.endswith("_GPU")}
    if len(on_gpu) != 1 or len(in_memory) != 1 or on_gpu == in_memory:
        there = ", ".join(name for name, is_there in connected.items() if is_there)
        tags = ", ".join(dict.fromkeys((*inputs, *outputs)))
        msg = f"all of {tags} must be connected, or all of them with _GPU; connected: {there or 'none'}"
        raise ContractError(msg)
    return True in on_gpu


def no_gpu(contract: Contract) -> None:
    """Checks that a node uses no stream of images on the GPU.

    Raises:
        ContractError: It does.
    """
    tags = (*contract.inputs.tags(), *contract.outputs.tags())
    used = [tag for tag in tags if tag.endswith("_GPU") and tag != "SOURCE_ON_GPU"]
    if used:
        msg = (
            f"GPU streams ({', '.join(dict.fromkeys(used))}) are not supported by this version; "
            "use the tags without _GPU, or the CPU variant of the graph"
        )
        raise ContractError(msg)


def same_number(contract: Contract, input_tag: str = "", output_tag: str = "") -> None:
    """Checks that a node connects as many outputs of one tag as inputs of the other.

    Raises:
        ContractError: It does not.
    """
    inputs, outputs = contract.inputs.count(input_tag), contract.outputs.count(output_tag)
    if inputs != outputs:
        more = f"{output_tag or 'untagged'} output streams"
        msg = f"{inputs} {input_tag or 'untagged'} input streams need as many {more}, got {outputs}"
        raise ContractError(msg)
