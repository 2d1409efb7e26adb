"""The joints of bodies: the messages of upstream's ``body_rig.proto``."""

from .protos.framework.formats.body_rig_pb2 import Joint, JointList

__all__ = ["Joint", "JointList"]
