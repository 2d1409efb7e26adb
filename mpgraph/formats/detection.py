"""What was found in images, and what it may be: the messages of upstream's ``detection.proto``."""

from mpgraph.packet_type import register_packet_type

from .protos.framework.formats.detection_pb2 import Detection, DetectionList

__all__ = ["Detection", "DetectionList"]

register_packet_type(Detection, "::mediapipe::Detection")
register_packet_type(DetectionList, "::mediapipe::DetectionList")
