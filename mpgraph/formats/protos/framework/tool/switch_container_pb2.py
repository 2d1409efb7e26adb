"""Messages of mediapipe/framework/tool/switch_container.proto. Made by generate_protos.py; do not edit."""

from ...framework import calculator_pb2 as _calculator_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n/mediapipe/framework/tool/switch_container.proto\x12\tmediapipe\x1a$mediapipe/framework/calculator.proto"\x9b\x02\n\x16SwitchContainerOptions\x12=\n\x0econtained_node\x18\x02 \x03(\x0b2%.mediapipe.CalculatorGraphConfig.Node\x12\x0e\n\x06select\x18\x03 \x01(\x05\x12\x0e\n\x06enable\x18\x04 \x01(\x08\x12\x16\n\x0esynchronize_io\x18\x05 \x01(\x08\x12\x17\n\x0fasync_selection\x18\x06 \x01(\x08\x12\x19\n\x11tick_input_stream\x18\x07 \x03(\t2P\n\x03ext\x12\x1c.mediapipe.CalculatorOptions\x18\xe2\x9a\xfc\xa4\x01 \x01(\x0b2!.mediapipe.SwitchContainerOptionsJ\x04\x08\x01\x10\x02', globals())
