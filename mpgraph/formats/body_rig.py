"""The joints of bodies: the messages of upstream's ``body_rig.proto``."""

from mpgraph.packet_type import register_packet_type

from .protos.framework.formats.body_rig_pb2 import Joint, JointList

__all__ = ["Joint", "JointList"]

register_packet_type(Joint, "::mediapipe::Joint")
register_packet_type(JointList, "::mediapipe::JointList")
