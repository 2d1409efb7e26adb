"""Matrices on the wire: the message of upstream's ``matrix_data.proto``."""

from .protos.framework.formats.matrix_data_pb2 import MatrixData

__all__ = ["MatrixData"]
