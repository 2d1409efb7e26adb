"""Messages of mediapipe/framework/formats/annotation/locus.proto. Made by generate_protos.py; do not edit."""

from ....framework.formats.annotation import rasterization_pb2 as _rasterization_pb2
from .... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n2mediapipe/framework/formats/annotation/locus.proto\x12\tmediapipe\x1a:mediapipe/framework/formats/annotation/rasterization.proto"\xdf\x02\n\x05Locus\x12.\n\nlocus_type\x18\x01 \x01(\x0e2\x1a.mediapipe.Locus.LocusType\x12\x10\n\x08locus_id\x18\x02 \x01(\x06\x12\x15\n\rlocus_id_seed\x18\x06 \x01(\x06\x12\x1c\n\x0econcatenatable\x18\x05 \x01(\x08:\x04true\x12,\n\x0cbounding_box\x18\x03 \x01(\x0b2\x16.mediapipe.BoundingBox\x12\x15\n\ttimestamp\x18\x07 \x01(\x05:\x02-1\x12(\n\x06region\x18\x04 \x01(\x0b2\x18.mediapipe.Rasterization\x12)\n\x0fcomponent_locus\x18\x08 \x03(\x0b2\x10.mediapipe.Locus"E\n\tLocusType\x12\n\n\x06GLOBAL\x10\x01\x12\x10\n\x0cBOUNDING_BOX\x10\x02\x12\n\n\x06REGION\x10\x03\x12\x0e\n\nVIDEO_TUBE\x10\x04"P\n\x0bBoundingBox\x12\x0e\n\x06left_x\x18\x01 \x01(\x05\x12\x0f\n\x07upper_y\x18\x02 \x01(\x05\x12\x0f\n\x07right_x\x18\x03 \x01(\x05\x12\x0f\n\x07lower_y\x18\x04 \x01(\x05', globals())
