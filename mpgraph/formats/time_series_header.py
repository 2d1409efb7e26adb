"""Headers of streams of matrices: the messages of upstream's ``time_series_header.proto``."""

from .protos.framework.formats.time_series_header_pb2 import MultiStreamTimeSeriesHeader, TimeSeriesHeader

__all__ = ["MultiStreamTimeSeriesHeader", "TimeSeriesHeader"]
