from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import Any as _Any, ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Vector2Data(_message.Message):
    __slots__ = ("x", "y")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ...) -> None: ...

class AffineTransformData(_message.Message):
    __slots__ = ("translation", "scale", "shear", "rotation")
    TRANSLATION_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    SHEAR_FIELD_NUMBER: _ClassVar[int]
    ROTATION_FIELD_NUMBER: _ClassVar[int]
    translation: Vector2Data
    scale: Vector2Data
    shear: Vector2Data
    rotation: float
    def __init__(self, translation: _Optional[_Union[Vector2Data, _Mapping[str, _Any]]] = ..., scale: _Optional[_Union[Vector2Data, _Mapping[str, _Any]]] = ..., shear: _Optional[_Union[Vector2Data, _Mapping[str, _Any]]] = ..., rotation: _Optional[float] = ...) -> None: ...
