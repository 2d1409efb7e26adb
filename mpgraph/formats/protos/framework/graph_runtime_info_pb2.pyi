from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import Any as _Any, ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InputStreamRuntimeInfo(_message.Message):
    __slots__ = ("stream_name", "queue_size", "number_of_packets_added", "minimum_timestamp_or_bound")
    STREAM_NAME_FIELD_NUMBER: _ClassVar[int]
    QUEUE_SIZE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_OF_PACKETS_ADDED_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_TIMESTAMP_OR_BOUND_FIELD_NUMBER: _ClassVar[int]
    stream_name: str
    queue_size: int
    number_of_packets_added: int
    minimum_timestamp_or_bound: int
    def __init__(self, stream_name: _Optional[str] = ..., queue_size: _Optional[int] = ..., number_of_packets_added: _Optional[int] = ..., minimum_timestamp_or_bound: _Optional[int] = ...) -> None: ...

class OutputStreamRuntimeInfo(_message.Message):
    __slots__ = ("stream_name", "number_of_packets_added", "minimum_timestamp_or_bound")
    STREAM_NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_OF_PACKETS_ADDED_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_TIMESTAMP_OR_BOUND_FIELD_NUMBER: _ClassVar[int]
    stream_name: str
    number_of_packets_added: int
    minimum_timestamp_or_bound: int
    def __init__(self, stream_name: _Optional[str] = ..., number_of_packets_added: _Optional[int] = ..., minimum_timestamp_or_bound: _Optional[int] = ...) -> None: ...

class CalculatorRuntimeInfo(_message.Message):
    __slots__ = ("calculator_name", "last_process_start_unix_us", "last_process_finish_unix_us", "timestamp_bound", "input_stream_infos", "output_stream_infos")
    CALCULATOR_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_PROCESS_START_UNIX_US_FIELD_NUMBER: _ClassVar[int]
    LAST_PROCESS_FINISH_UNIX_US_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_BOUND_FIELD_NUMBER: _ClassVar[int]
    INPUT_STREAM_INFOS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_STREAM_INFOS_FIELD_NUMBER: _ClassVar[int]
    calculator_name: str
    last_process_start_unix_us: int
    last_process_finish_unix_us: int
    timestamp_bound: int
    input_stream_infos: _containers.RepeatedCompositeFieldContainer[InputStreamRuntimeInfo]
    output_stream_infos: _containers.RepeatedCompositeFieldContainer[OutputStreamRuntimeInfo]
    def __init__(self, calculator_name: _Optional[str] = ..., last_process_start_unix_us: _Optional[int] = ..., last_process_finish_unix_us: _Optional[int] = ..., timestamp_bound: _Optional[int] = ..., input_stream_infos: _Optional[_Iterable[_Union[InputStreamRuntimeInfo, _Mapping[str, _Any]]]] = ..., output_stream_infos: _Optional[_Iterable[_Union[OutputStreamRuntimeInfo, _Mapping[str, _Any]]]] = ...) -> None: ...

class GraphRuntimeInfo(_message.Message):
    __slots__ = ("capture_time_unix_us", "calculator_infos")
    CAPTURE_TIME_UNIX_US_FIELD_NUMBER: _ClassVar[int]
    CALCULATOR_INFOS_FIELD_NUMBER: _ClassVar[int]
    capture_time_unix_us: int
    calculator_infos: _containers.RepeatedCompositeFieldContainer[CalculatorRuntimeInfo]
    def __init__(self, capture_time_unix_us: _Optional[int] = ..., calculator_infos: _Optional[_Iterable[_Union[CalculatorRuntimeInfo, _Mapping[str, _Any]]]] = ...) -> None: ...
