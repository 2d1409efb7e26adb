from google.protobuf.internal import extension_dict as _extension_dict
import builtins as _builtins
from ...framework import calculator_pb2 as _calculator_pb2
from ...framework import calculator_options_pb2 as _calculator_options_pb2
from ...framework import calculator_options_pb2 as _calculator_options_pb2_1
from ...framework.deps import proto_descriptor_pb2 as _proto_descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import Any as _Any, ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TemplateExpression(_message.Message):
    __slots__ = ("param", "op", "arg", "path", "field_type", "key_type", "field_value")
    PARAM_FIELD_NUMBER: _ClassVar[int]
    OP_FIELD_NUMBER: _ClassVar[int]
    ARG_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    FIELD_TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_TYPE_FIELD_NUMBER: _ClassVar[int]
    FIELD_VALUE_FIELD_NUMBER: _ClassVar[int]
    param: _builtins.str
    op: _builtins.str
    arg: _containers.RepeatedCompositeFieldContainer[TemplateExpression]
    path: _builtins.str
    field_type: _proto_descriptor_pb2.FieldDescriptorProto.Type
    key_type: _containers.RepeatedScalarFieldContainer[_proto_descriptor_pb2.FieldDescriptorProto.Type]
    field_value: _builtins.str
    def __init__(self, param: _Optional[_builtins.str] = ..., op: _Optional[_builtins.str] = ..., arg: _Optional[_Iterable[_Union[TemplateExpression, _Mapping[_builtins.str, _Any]]]] = ..., path: _Optional[_builtins.str] = ..., field_type: _Optional[_Union[_proto_descriptor_pb2.FieldDescriptorProto.Type, str]] = ..., key_type: _Optional[_Iterable[_Union[_proto_descriptor_pb2.FieldDescriptorProto.Type, str]]] = ..., field_value: _Optional[_builtins.str] = ...) -> None: ...

class CalculatorGraphTemplate(_message.Message):
    __slots__ = ("config", "rule")
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    config: _calculator_pb2.CalculatorGraphConfig
    rule: _containers.RepeatedCompositeFieldContainer[TemplateExpression]
    def __init__(self, config: _Optional[_Union[_calculator_pb2.CalculatorGraphConfig, _Mapping[_builtins.str, _Any]]] = ..., rule: _Optional[_Iterable[_Union[TemplateExpression, _Mapping[_builtins.str, _Any]]]] = ...) -> None: ...

class TemplateArgument(_message.Message):
    __slots__ = ("str", "num", "dict", "element")
    STR_FIELD_NUMBER: _ClassVar[int]
    NUM_FIELD_NUMBER: _ClassVar[int]
    DICT_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_FIELD_NUMBER: _ClassVar[int]
    str: _builtins.str
    num: float
    dict: TemplateDict
    element: _containers.RepeatedCompositeFieldContainer[TemplateArgument]
    def __init__(self, str: _Optional[_builtins.str] = ..., num: _Optional[float] = ..., dict: _Optional[_Union[TemplateDict, _Mapping[_builtins.str, _Any]]] = ..., element: _Optional[_Iterable[_Union[TemplateArgument, _Mapping[_builtins.str, _Any]]]] = ...) -> None: ...

class TemplateDict(_message.Message):
    __slots__ = ("arg",)
    class Parameter(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: _builtins.str
        value: TemplateArgument
        def __init__(self, key: _Optional[_builtins.str] = ..., value: _Optional[_Union[TemplateArgument, _Mapping[_builtins.str, _Any]]] = ...) -> None: ...
    ARG_FIELD_NUMBER: _ClassVar[int]
    arg: _containers.RepeatedCompositeFieldContainer[TemplateDict.Parameter]
    def __init__(self, arg: _Optional[_Iterable[_Union[TemplateDict.Parameter, _Mapping[_builtins.str, _Any]]]] = ...) -> None: ...

class TemplateSubgraphOptions(_message.Message):
    __slots__ = ("dict",)
    EXT_FIELD_NUMBER: _ClassVar[int]
    ext: _extension_dict._ExtensionFieldDescriptor[_calculator_options_pb2.CalculatorOptions, TemplateSubgraphOptions]
    DICT_FIELD_NUMBER: _ClassVar[int]
    dict: TemplateDict
    def __init__(self, dict: _Optional[_Union[TemplateDict, _Mapping[_builtins.str, _Any]]] = ...) -> None: ...
