"""Rules of contracts that several calculators share."""

from __future__ import annotations

from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.ports import Kind

__all__ = ["exactly_one", "exactly_one_untagged_or", "no_gpu", "same_number"]


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
