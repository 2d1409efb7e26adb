"""Messages of mediapipe/framework/tool/packet_generator_wrapper_calculator.proto. Made by generate_protos.py; do not edit."""

from ...framework import calculator_options_pb2 as _calculator_options_pb2
from ...framework import packet_generator_pb2 as _packet_generator_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\nBmediapipe/framework/tool/packet_generator_wrapper_calculator.proto\x12\tmediapipe\x1a,mediapipe/framework/calculator_options.proto\x1a*mediapipe/framework/packet_generator.proto"\xeb\x01\n\'PacketGeneratorWrapperCalculatorOptions\x12\x18\n\x10packet_generator\x18\x01 \x01(\t\x122\n\x07options\x18\x02 \x01(\x0b2!.mediapipe.PacketGeneratorOptions\x12\x0f\n\x07package\x18\x03 \x01(\t2a\n\x03ext\x12\x1c.mediapipe.CalculatorOptions\x18\xe5\x8c\x90\xb6\x01 \x01(\x0b22.mediapipe.PacketGeneratorWrapperCalculatorOptions', globals())
