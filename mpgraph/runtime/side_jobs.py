"""What runs beside the nodes of a graph: packet generators and status handlers (spec PG-1 to PG-3, SH-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mpgraph.config.plan import NodePlan
from mpgraph.context import Context, SideOutputSlot
from mpgraph.errors import CalculatorError, PacketTypeError, RunError
from mpgraph.packet import Packet
from mpgraph.packet_generator import PacketGenerator
from mpgraph.resources import Resources
from mpgraph.status_handler import StatusHandler

from .failure import describe

__all__ = ["SideJobs"]


class SideJobs:
    """Runs generators and handlers of one graph.

    Args:
        resources: Where they find files.
        services: The graph's services by key.
    """

    def __init__(self, resources: Resources, services: Mapping[str, Any]) -> None:
        self._resources = resources
        self._services = dict(services)

    def generate(self, generators: Iterable[NodePlan], packets: dict[str, Packet], *, early: bool) -> None:
        """Runs the generators, in order, and adds what they make to the packets.

        Args:
            generators: Each after those that make its inputs.
            packets: The side packets by name.
            early: Whether those that lack an input are left out, because it may come later.

        Raises:
            PacketTypeError: An input is of the wrong type.
            CalculatorError: A generator failed.
        """
        for plan in generators:
            done = plan.side_outputs.names and all(name in packets for name in plan.side_outputs.names)
            if done or (early and not all(name in packets for name in plan.side_inputs.names)):
                continue
            packets.update(self._run(plan, packets))

    def _run(self, plan: NodePlan, packets: Mapping[str, Packet]) -> dict[str, Packet]:
        for name, declared in zip(plan.side_inputs.names, plan.contract.side_inputs.slots, strict=True):
            packet = packets.get(name)
            if packet is not None and declared is not None and not declared.type.accepts(packet):
                msg = (
                    f'Input side packet "{name}" for PacketGenerator "{plan.type}" is not of the correct '
                    f'type: it stores "{packet.type}", but "{declared.type}" is required'
                )
                raise PacketTypeError(msg)
        context = self._context(plan, packets)
        generator = _instance(plan)
        assert isinstance(generator, PacketGenerator)
        try:
            generator.generate(context)
            for slot in context.side_outputs:
                if slot.packet is None:
                    msg = f'output side packet "{slot.name}" was not set'
                    raise RunError(msg)
        except Exception as error:
            raise _failure(
                plan, "generate", "PacketGeneratorGraph failed.\n", "Generate() failed.", error
            ) from error
        return {slot.name: slot.packet for slot in context.side_outputs if slot.packet is not None}

    def tell(
        self,
        handlers: Iterable[NodePlan],
        packets: Mapping[str, Packet],
        error: RunError | None,
        *,
        before: bool,
    ) -> list[RunError]:
        """Calls the status handlers, in order; returns what went wrong in them.

        Args:
            handlers: The handlers.
            packets: The side packets by name.
            error: The run's error, None if it went well.
            before: Whether the run is about to begin.
        """
        failures: list[RunError] = []
        for plan in handlers:
            missing = [
                name
                for name, declared in zip(
                    plan.side_inputs.names, plan.contract.side_inputs.slots, strict=True
                )
                if name not in packets and declared is not None and not declared.optional
            ]
            if missing:
                lines = "\n".join(f"Missing input side packet: {name}" for name in missing)
                failures.append(RunError(f"Skipping run of {plan.type}: FillPacketSet failed:\n{lines}"))
                continue
            handler = _instance(plan)
            assert isinstance(handler, StatusHandler)
            call: Callable[[Context, Exception | None], None]
            call = handler.handle_pre_run_status if before else handler.handle_status
            try:
                call(self._context(plan, packets), error)
            except Exception as raised:
                phase = "HandlePreRunStatus" if before else "HandleStatus"
                failure = _failure(plan, call.__name__, "", f"{phase} failed:", raised)
                failure.__cause__ = raised
                failures.append(failure)
        return failures

    def _context(self, plan: NodePlan, packets: Mapping[str, Packet]) -> Context:
        slots = zip(plan.side_outputs.names, plan.contract.side_outputs.slots, strict=True)
        return Context(
            node_name=plan.name,
            calculator=plan.type,
            input_map=plan.inputs,
            output_map=plan.outputs,
            side_input_map=plan.side_inputs,
            side_output_map=plan.side_outputs,
            outputs=(),
            side_inputs=[packets.get(name, Packet()) for name in plan.side_inputs.names],
            side_outputs=[SideOutputSlot(name, slot.type) for name, slot in slots if slot is not None],
            resources=self._resources,
            services={key: self._services.get(key) for key in plan.contract.services},
        )


def _instance(plan: NodePlan) -> Any:
    made = plan.calculator()
    options = plan.calculator.options_class()
    if options is not None:
        made.options = plan.contract.options(options)
    return made


def _failure(plan: NodePlan, phase: str, before: str, what: str, cause: Exception) -> CalculatorError:
    text = f"{before}{plan.type}::{what} {describe(cause)}"
    return CalculatorError(text, node=plan.name, calculator=plan.type, phase=phase)
