from ....framework.formats.annotation import rasterization_pb2 as _rasterization_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import Any as _Any, ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Locus(_message.Message):
    __slots__ = ("locus_type", "locus_id", "locus_id_seed", "concatenatable", "bounding_box", "timestamp", "region", "component_locus")
    class LocusType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        GLOBAL: _ClassVar[Locus.LocusType]
        BOUNDING_BOX: _ClassVar[Locus.LocusType]
        REGION: _ClassVar[Locus.LocusType]
        VIDEO_TUBE: _ClassVar[Locus.LocusType]
    GLOBAL: Locus.LocusType
    BOUNDING_BOX: Locus.LocusType
    REGION: Locus.LocusType
    VIDEO_TUBE: Locus.LocusType
    LOCUS_TYPE_FIELD_NUMBER: _ClassVar[int]
    LOCUS_ID_FIELD_NUMBER: _ClassVar[int]
    LOCUS_ID_SEED_FIELD_NUMBER: _ClassVar[int]
    CONCATENATABLE_FIELD_NUMBER: _ClassVar[int]
    BOUNDING_BOX_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    COMPONENT_LOCUS_FIELD_NUMBER: _ClassVar[int]
    locus_type: Locus.LocusType
    locus_id: int
    locus_id_seed: int
    concatenatable: bool
    bounding_box: BoundingBox
    timestamp: int
    region: _rasterization_pb2.Rasterization
    component_locus: _containers.RepeatedCompositeFieldContainer[Locus]
    def __init__(self, locus_type: _Optional[_Union[Locus.LocusType, str]] = ..., locus_id: _Optional[int] = ..., locus_id_seed: _Optional[int] = ..., concatenatable: _Optional[bool] = ..., bounding_box: _Optional[_Union[BoundingBox, _Mapping[str, _Any]]] = ..., timestamp: _Optional[int] = ..., region: _Optional[_Union[_rasterization_pb2.Rasterization, _Mapping[str, _Any]]] = ..., component_locus: _Optional[_Iterable[_Union[Locus, _Mapping[str, _Any]]]] = ...) -> None: ...

class BoundingBox(_message.Message):
    __slots__ = ("left_x", "upper_y", "right_x", "lower_y")
    LEFT_X_FIELD_NUMBER: _ClassVar[int]
    UPPER_Y_FIELD_NUMBER: _ClassVar[int]
    RIGHT_X_FIELD_NUMBER: _ClassVar[int]
    LOWER_Y_FIELD_NUMBER: _ClassVar[int]
    left_x: int
    upper_y: int
    right_x: int
    lower_y: int
    def __init__(self, left_x: _Optional[int] = ..., upper_y: _Optional[int] = ..., right_x: _Optional[int] = ..., lower_y: _Optional[int] = ...) -> None: ...
