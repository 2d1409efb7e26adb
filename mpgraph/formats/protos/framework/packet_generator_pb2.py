"""Messages of mediapipe/framework/packet_generator.proto. Made by generate_protos.py; do not edit."""

from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n*mediapipe/framework/packet_generator.proto\x12\tmediapipe"D\n\x16PacketGeneratorOptions\x12\x1a\n\x0cmerge_fields\x18\x01 \x01(\x08:\x04true*\n\x08\xa0\x9c\x01\x10\x80\x80\x80\x80\x02:\x02\x18\x01"\xd3\x01\n\x15PacketGeneratorConfig\x12\x18\n\x10packet_generator\x18\x01 \x01(\t\x12\x19\n\x11input_side_packet\x18\x02 \x03(\t\x12\x17\n\x0eexternal_input\x18\xea\x07 \x03(\t\x12\x1a\n\x12output_side_packet\x18\x03 \x03(\t\x12\x18\n\x0fexternal_output\x18\xeb\x07 \x03(\t\x122\n\x07options\x18\x04 \x01(\x0b2!.mediapipe.PacketGeneratorOptions:\x02\x18\x01', globals())
