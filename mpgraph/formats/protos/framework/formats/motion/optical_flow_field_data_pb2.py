"""Messages of mediapipe/framework/formats/motion/optical_flow_field_data.proto. Made by generate_protos.py; do not edit."""

from .... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n@mediapipe/framework/formats/motion/optical_flow_field_data.proto\x12\tmediapipe"U\n\x14OpticalFlowFieldData\x12\r\n\x05width\x18\x01 \x01(\x05\x12\x0e\n\x06height\x18\x02 \x01(\x05\x12\x0e\n\x02dx\x18\x03 \x03(\x02B\x02\x10\x01\x12\x0e\n\x02dy\x18\x04 \x03(\x02B\x02\x10\x01', globals())
