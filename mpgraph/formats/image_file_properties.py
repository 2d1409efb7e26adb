"""What photographs say of themselves: the message of upstream's ``image_file_properties.proto``."""

from .protos.framework.formats.image_file_properties_pb2 import ImageFileProperties

__all__ = ["ImageFileProperties"]
