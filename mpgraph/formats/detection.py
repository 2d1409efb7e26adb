"""What was found in images, and what it may be: the messages of upstream's ``detection.proto``."""

from .protos.framework.formats.detection_pb2 import Detection, DetectionList

__all__ = ["Detection", "DetectionList"]
