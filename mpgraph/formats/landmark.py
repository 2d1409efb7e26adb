"""Points of bodies, hands and faces: the messages of upstream's ``landmark.proto``."""

from mpgraph.packet_type import register_packet_type

from .protos.framework.formats.landmark_pb2 import (
    Landmark,
    LandmarkList,
    LandmarkListCollection,
    NormalizedLandmark,
    NormalizedLandmarkList,
    NormalizedLandmarkListCollection,
)

__all__ = [
    "Landmark",
    "LandmarkList",
    "LandmarkListCollection",
    "NormalizedLandmark",
    "NormalizedLandmarkList",
    "NormalizedLandmarkListCollection",
]

register_packet_type(Landmark, "::mediapipe::Landmark")
register_packet_type(LandmarkList, "::mediapipe::LandmarkList")
register_packet_type(LandmarkListCollection, "::mediapipe::LandmarkListCollection")
register_packet_type(NormalizedLandmark, "::mediapipe::NormalizedLandmark")
register_packet_type(NormalizedLandmarkList, "::mediapipe::NormalizedLandmarkList")
register_packet_type(NormalizedLandmarkListCollection, "::mediapipe::NormalizedLandmarkListCollection")
