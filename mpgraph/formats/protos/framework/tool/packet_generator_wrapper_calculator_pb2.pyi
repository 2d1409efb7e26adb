from google.protobuf.internal import extension_dict as _extension_dict
from ...framework import calculator_options_pb2 as _calculator_options_pb2
from ...framework import packet_generator_pb2 as _packet_generator_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import Any as _Any, ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PacketGeneratorWrapperCalculatorOptions(_message.Message):
    __slots__ = ("packet_generator", "options", "package")
    EXT_FIELD_NUMBER: _ClassVar[int]
    ext: _extension_dict._ExtensionFieldDescriptor[_calculator_options_pb2.CalculatorOptions, PacketGeneratorWrapperCalculatorOptions]
    PACKET_GENERATOR_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_FIELD_NUMBER: _ClassVar[int]
    packet_generator: str
    options: _packet_generator_pb2.PacketGeneratorOptions
    package: str
    def __init__(self, packet_generator: _Optional[str] = ..., options: _Optional[_Union[_packet_generator_pb2.PacketGeneratorOptions, _Mapping[str, _Any]]] = ..., package: _Optional[str] = ...) -> None: ...
