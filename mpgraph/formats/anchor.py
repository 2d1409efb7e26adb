"""Boxes that detectors start from: the message of upstream's ``anchor.proto``."""

from .protos.framework.formats.object_detection.anchor_pb2 import Anchor

__all__ = ["Anchor"]
