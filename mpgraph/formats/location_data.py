"""Where in an image something is: the messages of upstream's ``location_data.proto``."""

from .protos.framework.formats.annotation.rasterization_pb2 import Rasterization
from .protos.framework.formats.location_data_pb2 import LocationData

__all__ = ["LocationData", "Rasterization"]
