"""The context of a call to a calculator: what came in, what goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from .errors import EmptyPacketError, PacketTypeError, RunError, SidePacketError, TimestampError
from .packet import NOTHING, Packet
from .packet_type import ANY, PacketType
from .port_map import PortId, PortMap
from .ports import Input, Output, Port, Ports, SideInput, SideOutput
from .service import GraphService
from .timestamp import (
    DONE,
    ONE_OVER_POSTSTREAM,
    POSTSTREAM,
    PRESTREAM,
    UNSET,
    UNSTARTED,
    USUAL_MAX,
    USUAL_MIN,
    debug_string,
    next_allowed_in_stream,
)

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Context", "OutputSlot", "SideOutputSlot"]

T = TypeVar("T")
_EMPTY: Final = Packet()


class HasBound(Protocol):
    """A stream as a call sees it: no packet below its bound can be sent."""

    bound: int


class OutputSlot:
    """One output stream of a call: what is sent is collected and delivered when the call returns (C-30).

    Attributes:
        name: The stream's name.
        type: The packet type; None if it takes any.
        first, more: What was sent in this call: mostly one packet.
        bound: The bound set in this call, or None.
        stream: The stream; None if calls run in parallel.
        start_bound: The stream's bound when the call began, if calls run in parallel.
        closed: Whether the stream is closed, or will be after this call.
        header: The stream header; set in Open.
        offset: The timestamp offset; None if the outputs do not follow the inputs.
        usual: Whether the offset is 0 and neither a bound nor the end was set in this call.
    """

    __slots__ = (
        "_check",
        "bound",
        "closed",
        "first",
        "header",
        "in_open",
        "more",
        "name",
        "offset",
        "start_bound",
        "stream",
        "type",
        "usual",
    )

    def __init__(self, name: str, type: PacketType, offset: int | None) -> None:
        self.name = name
        self.type = type
        self.offset = offset
        self.usual = offset == 0
        self.first: Packet | None = None
        self.more: list[Packet] = []
        self.bound: int | None = None
        self.stream: HasBound | None = None
        self.start_bound = PRESTREAM
        self.closed = False
        self.in_open = False
        self.header = _EMPTY
        self._check = None if type is ANY else type.check

    def send(self, value: Any, timestamp: int) -> None:
        """Sends the value at the timestamp.

        Raises:
            RunError: The stream is closed.
            TimestampError: The timestamp is none that a packet of a stream may have.
            PacketTypeError: The value is not of the stream's type.
        """
        if self._check is not None and not self._check(value):
            self._refuse(Packet(value, timestamp))
        if self.closed or not (USUAL_MIN < timestamp < USUAL_MAX or PRESTREAM <= timestamp <= POSTSTREAM):
            self._refuse(Packet(value, timestamp))
        self._take(Packet(value, timestamp))

    def send_packet(self, packet: Packet) -> None:
        """Sends the packet as it is; an empty one moves the bound past its timestamp instead (C-31).

        Raises:
            RunError: The stream is closed.
            TimestampError: The timestamp is none that a packet of a stream may have.
            PacketTypeError: The payload is not of the stream's type.
        """
        if (
            self._check is None
            and not self.closed
            and packet.value is not NOTHING
            and USUAL_MIN < packet.time < USUAL_MAX
            and self.first is None
        ):
            self.first = packet
            return
        if packet.is_empty() and not self.closed:
            self.set_bound(next_allowed_in_stream(packet.time))
            return
        if self.closed or not PRESTREAM <= packet.time <= POSTSTREAM:
            self._refuse(packet)
        if self._check is not None and not self.type.accepts(packet):
            self._refuse(packet)
        self._take(packet)

    def _take(self, packet: Packet) -> None:
        if self.first is None:
            self.first = packet
        else:
            self.more.append(packet)

    @property
    def packets(self) -> list[Packet]:
        """What was sent in this call."""
        return [] if self.first is None else [self.first, *self.more]

    def clear(self) -> None:
        """Forgets what was sent in this call."""
        self.first = None
        if self.more:
            self.more = []

    def _refuse(self, packet: Packet) -> None:
        if self.closed:
            msg = f'Packet sent to closed stream "{self.name}".'
            raise RunError(msg)
        if not PRESTREAM <= packet.time <= POSTSTREAM:
            stamp = debug_string(packet.time)
            msg = f'In stream "{self.name}", timestamp not specified or set to illegal value: {stamp}'
            raise TimestampError(msg)
        msg = (
            f'Packet type mismatch on calculator outputting to stream "{self.name}": '
            f"{self.type.mismatch(packet)}"
        )
        raise PacketTypeError(msg)

    @property
    def next_bound(self) -> int:
        """The lowest timestamp that the next packet may have, after what was sent in this call."""
        bound = self.start_bound if self.stream is None else self.stream.bound
        if self.bound is not None and self.bound > bound:
            bound = self.bound
        if self.first is not None:
            last = self.more[-1] if self.more else self.first
            bound = max(bound, next_allowed_in_stream(last.time))
        return bound

    def set_bound(self, bound: int) -> None:
        """Promises that no packet below the bound will follow (C-33).

        Raises:
            TimestampError: The bound is illegal or below the stream's bound.
        """
        if self.closed:
            return
        if not PRESTREAM <= bound <= ONE_OVER_POSTSTREAM:
            msg = f'In stream "{self.name}", timestamp bound set to illegal value: {debug_string(bound)}'
            raise TimestampError(msg)
        current = self.next_bound
        if bound < current:
            msg = (
                "SetNextTimestampBound must be called with a timestamp greater than or equal to the "
                "current bound. "
                f'In stream "{self.name}". Current minimum expected timestamp is {debug_string(current)} '
                f"but received {debug_string(bound)}"
            )
            raise TimestampError(msg)
        self.bound = bound
        self.usual = False

    def close(self) -> None:
        """Closes the stream after what was sent in this call (C-34)."""
        self.closed = True
        self.usual = False

    def set_offset(self, offset: int | None) -> None:
        """Sets the timestamp offset; only in Open (C-35)."""
        if not self.in_open:
            msg = f'the offset of stream "{self.name}" must be set in open()'
            raise RunError(msg)
        self.offset = offset
        self.usual = offset == 0

    def set_header(self, header: Packet) -> None:
        """Sets the stream header; only in Open, before closing, and without a timestamp (C-36)."""
        if not self.in_open or self.closed:
            msg = f'the header of stream "{self.name}" must be set in open(), before the stream is closed'
            raise RunError(msg)
        if header.time != UNSET:
            msg = f'Headers must not have a timestamp. Stream: "{self.name}".'
            raise TimestampError(msg)
        self.header = header


class SideOutputSlot:
    """One output side packet of a node; set once a run (C-50)."""

    __slots__ = ("name", "packet", "type")

    def __init__(self, name: str, type: PacketType) -> None:
        self.name = name
        self.type = type
        self.packet: Packet | None = None

    def send(self, value: Any, timestamp: int = UNSET) -> None:
        """Sets the side packet.

        Raises:
            SidePacketError: It was set before.
            PacketTypeError: The value is not of its type.
        """
        self.send_packet(value if isinstance(value, Packet) else Packet(value))

    def send_packet(self, packet: Packet) -> None:
        """Sets the side packet; the packet must not be empty nor have a timestamp."""
        if self.packet is not None:
            msg = f'Output side packet "{self.name}" was already set.'
            raise SidePacketError(msg)
        if packet.is_empty():
            msg = f'Empty packet set on output side packet "{self.name}".'
            raise SidePacketError(msg)
        if packet.time != UNSET:
            msg = f'Output side packet "{self.name}" has a timestamp {debug_string(packet.time)}.'
            raise SidePacketError(msg)
        if not self.type.accepts(packet):
            msg = (
                f'Packet type mismatch on calculator output side packet "{self.name}": '
                f"{self.type.mismatch(packet)}"
            )
            raise PacketTypeError(msg)
        self.packet = packet


class Context:
    """One call to a calculator.

    Ports are keys: ``cc[self.image]`` is the value that came in, ``self.image in cc`` whether one did,
    ``cc.send(self.blurred, value)`` sends one. Calculators whose ports depend on the node use the
    slots instead: ``cc.inputs[slot]`` and ``cc.outputs[slot]``, in the order of ``cc.input_map``.

    Attributes:
        timestamp: The input timestamp in microseconds: Unstarted in Open, Done in Close (C-3, C-6).
        inputs: The packet of each input slot; an empty one's timestamp tells how far the stream is
            settled (C-13).
        outputs: Each output slot.
        side_inputs: The packet of each input side packet slot; empty where none was supplied.
        side_outputs: Each output side packet slot.
        node_name: The node's canonical name.
        calculator: The calculator's registered name.
        input_map, output_map, side_input_map, side_output_map: The node's ports.
    """

    __slots__ = (
        "_input_slots",
        "_output_slots",
        "_services",
        "calculator",
        "done",
        "headers",
        "input_map",
        "inputs",
        "node_name",
        "output_map",
        "outputs",
        "resources",
        "side_input_map",
        "side_inputs",
        "side_output_map",
        "side_outputs",
        "timestamp",
    )

    def __init__(
        self,
        *,
        node_name: str,
        calculator: str,
        input_map: PortMap,
        output_map: PortMap,
        side_input_map: PortMap,
        side_output_map: PortMap,
        outputs: Sequence[OutputSlot],
        side_inputs: Sequence[Packet],
        side_outputs: Sequence[SideOutputSlot],
        resources: Resources,
        services: Mapping[str, Any],
    ) -> None:
        self.node_name = node_name
        self.calculator = calculator
        self.input_map = input_map
        self.output_map = output_map
        self.side_input_map = side_input_map
        self.side_output_map = side_output_map
        self.outputs = outputs
        self.side_inputs = side_inputs
        self.side_outputs = side_outputs
        self.resources = resources
        self._services = services
        self.timestamp = UNSTARTED
        self.inputs: Sequence[Packet] = [_EMPTY] * len(input_map)
        self.done: Sequence[bool] = [False] * len(input_map)
        self.headers: Sequence[Packet] = [_EMPTY] * len(input_map)
        self._input_slots: dict[Port[Any], int] = {}
        self._output_slots: dict[Port[Any], OutputSlot | SideOutputSlot | None] = {}

    def service(self, service: GraphService[T]) -> T:
        """The object of a service that the contract asks for.

        Raises:
            RunError: The contract does not ask for it, or it is optional and not there (SV-3).
        """
        found: T | None = self._services.get(service.key)
        if found is None:
            why = (
                "is not available; test with has_service() first"
                if service.key in self._services
                else "was not asked for: call contract.use_service() in get_contract()"
            )
            msg = f'service "{service.key}" of node "{self.node_name}" {why}'
            raise RunError(msg)
        return found

    def has_service(self, service: GraphService[Any]) -> bool:
        """Whether an optional service is there."""
        return self._services.get(service.key) is not None

    # What came in.

    def packet(self, port: Input[T] | SideInput[T]) -> Packet:
        """The packet of an input stream or input side packet; an empty one if there is none."""
        slot = self._input_slots.get(port)
        if slot is not None:
            return self.inputs[slot]
        if port.kind == "side_input":
            slot = self.side_input_map.slot(port.tag, port.index)
            return _EMPTY if slot is None else self.side_inputs[slot]
        if port.kind != "input":
            msg = f'{port!r} of node "{self.node_name}" is no input; only inputs can be read'
            raise TypeError(msg)
        slot = self.input_map.slot(port.tag, port.index)
        if slot is None:
            return _EMPTY
        self._input_slots[port] = slot
        return self.inputs[slot]

    def __getitem__(self, port: Input[T] | SideInput[T]) -> T:
        packet = self.packet(port)
        if packet.is_empty():
            where = PortId(port.tag, port.index)
            msg = (
                f'{port.kind.replace("_", " ")} {where} of node "{self.node_name}" has no packet at '
                f"{debug_string(self.timestamp)}; test with `in` first"
            )
            raise EmptyPacketError(msg)
        value: T = packet.value
        return value

    def __contains__(self, port: Input[T] | SideInput[T]) -> bool:
        return not self.packet(port).is_empty()

    def get(self, port: Input[T] | SideInput[T], default: T) -> T:
        """The value of the port's packet, or the default if there is none."""
        packet = self.packet(port)
        return default if packet.is_empty() else packet.value

    def is_done(self, port: Input[T]) -> bool:
        """Whether no packet can follow on the input stream."""
        slot = self.input_map.slot(port.tag, port.index)
        return slot is None or self.done[slot]

    def header(self, port: Input[T]) -> Packet:
        """The header of the input stream; empty if it has none."""
        slot = self.input_map.slot(port.tag, port.index)
        return _EMPTY if slot is None else self.headers[slot]

    def is_connected(self, port: Port[Any]) -> bool:
        """Whether the node connects the port."""
        return self._map(port.kind).slot(port.tag, port.index) is not None

    def count(self, ports: Ports[Any]) -> int:
        """How many of the repeated ports the node connects."""
        return self._map(ports.kind).count(ports.tag)

    def _map(self, kind: str) -> PortMap:
        ports: PortMap = getattr(self, f"{kind}_map")
        return ports

    # What goes out.

    def output(self, port: Output[Any]) -> OutputSlot | None:
        """The slot of an output stream; None if the node does not connect it."""
        slot = self._resolve(port)
        return slot if isinstance(slot, OutputSlot) else None

    def send(self, port: Output[T] | SideOutput[T], value: T, timestamp: int | None = None) -> None:
        """Sends the value, at the input timestamp unless another is given; sets a side packet likewise.

        Sending to an optional port that the node does not connect does nothing.

        Raises:
            RunError: The stream is closed, or the side packet was set before.
            TimestampError: The timestamp is none that a packet of a stream may have.
            PacketTypeError: The value is not of the port's type.
        """
        try:
            slot = self._output_slots[port]
        except KeyError:
            slot = self._resolve(port)
        if slot is not None:
            slot.send(value, self.timestamp if timestamp is None else timestamp)

    def send_packet(self, port: Output[T] | SideOutput[T], packet: Packet) -> None:
        """Sends the packet as it is, sharing its payload; an empty one only moves the bound."""
        slot = self._resolve(port)
        if slot is not None:
            slot.send_packet(packet)

    def set_bound(self, port: Output[Any], bound: int) -> None:
        """Promises that no packet below the bound will follow on the output stream (C-33)."""
        slot = self.output(port)
        if slot is not None:
            slot.set_bound(bound)

    def close(self, port: Output[Any]) -> None:
        """Closes the output stream after what was sent in this call."""
        slot = self.output(port)
        if slot is not None:
            slot.close()

    def set_header(self, port: Output[Any], header: Packet) -> None:
        """Sets the header of the output stream; only in Open (C-36)."""
        slot = self.output(port)
        if slot is not None:
            slot.set_header(header)

    def _resolve(self, port: Port[Any]) -> OutputSlot | SideOutputSlot | None:
        try:
            return self._output_slots[port]
        except KeyError:
            pass
        if port.kind not in ("output", "side_output"):
            msg = f'{port!r} of node "{self.node_name}" is no output; only outputs can be sent to'
            raise TypeError(msg)
        index = self._map(port.kind).slot(port.tag, port.index)
        slot: OutputSlot | SideOutputSlot | None = None
        if index is not None:
            slot = self.side_outputs[index] if port.kind == "side_output" else self.outputs[index]
        self._output_slots[port] = slot
        return slot

    @property
    def is_closing(self) -> bool:
        """Whether this is the call to ``close``."""
        return self.timestamp == DONE
