"""Classes and how sure a model is of them: the messages of upstream's ``classification.proto``."""

from mpgraph.packet_type import register_packet_type

from .protos.framework.formats.classification_pb2 import (
    Classification,
    ClassificationList,
    ClassificationListCollection,
)

__all__ = ["Classification", "ClassificationList", "ClassificationListCollection"]

register_packet_type(Classification, "::mediapipe::Classification")
register_packet_type(ClassificationList, "::mediapipe::ClassificationList")
register_packet_type(ClassificationListCollection, "::mediapipe::ClassificationListCollection")
