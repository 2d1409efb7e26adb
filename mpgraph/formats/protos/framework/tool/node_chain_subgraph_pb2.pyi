from google.protobuf.internal import extension_dict as _extension_dict
from ...framework import calculator_pb2 as _calculator_pb2
from ...framework import calculator_options_pb2 as _calculator_options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class NodeChainSubgraphOptions(_message.Message):
    __slots__ = ("node_type", "chain_length")
    EXT_FIELD_NUMBER: _ClassVar[int]
    ext: _extension_dict._ExtensionFieldDescriptor[_calculator_options_pb2.CalculatorOptions, NodeChainSubgraphOptions]
    NODE_TYPE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_LENGTH_FIELD_NUMBER: _ClassVar[int]
    node_type: str
    chain_length: int
    def __init__(self, node_type: _Optional[str] = ..., chain_length: _Optional[int] = ...) -> None: ...
