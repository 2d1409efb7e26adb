"""What to draw on images: the messages of upstream's ``render_data.proto`` and ``color.proto``."""

from .protos.util.color_pb2 import Color, ColorMap
from .protos.util.render_data_pb2 import RenderAnnotation, RenderData, RenderViewport

__all__ = ["Color", "ColorMap", "RenderAnnotation", "RenderData", "RenderViewport"]
