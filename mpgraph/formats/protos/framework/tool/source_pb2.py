"""Messages of mediapipe/framework/tool/source.proto. Made by generate_protos.py; do not edit."""

from ...framework import calculator_pb2 as _calculator_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n%mediapipe/framework/tool/source.proto\x12\tmediapipe\x1a$mediapipe/framework/calculator.proto"\xfa\x02\n%SidePacketsToStreamsCalculatorOptions\x12\x15\n\nnum_inputs\x18\x01 \x01(\x05:\x011\x12f\n\rset_timestamp\x18\x02 \x01(\x0e2A.mediapipe.SidePacketsToStreamsCalculatorOptions.SetTimestampMode:\x0cVECTOR_INDEX\x12 \n\x12vectors_of_packets\x18\x03 \x01(\x08:\x04true"P\n\x10SetTimestampMode\x12\x10\n\x0cVECTOR_INDEX\x10\x00\x12\x0e\n\nPRE_STREAM\x10\x01\x12\x10\n\x0cWHOLE_STREAM\x10\x02\x12\x08\n\x04NONE\x10\x032^\n\x03ext\x12\x1c.mediapipe.CalculatorOptions\x18\xb7\x8c\x8a\x1d \x01(\x0b20.mediapipe.SidePacketsToStreamsCalculatorOptions', globals())
