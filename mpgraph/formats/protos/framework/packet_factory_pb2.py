"""Messages of mediapipe/framework/packet_factory.proto. Made by generate_protos.py; do not edit."""

from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n(mediapipe/framework/packet_factory.proto\x12\tmediapipe""\n\x14PacketFactoryOptions*\n\x08\xa0\x9c\x01\x10\x80\x80\x80\x80\x02"\x95\x01\n\x13PacketFactoryConfig\x12\x16\n\x0epacket_factory\x18\x01 \x01(\t\x12\x1a\n\x12output_side_packet\x18\x02 \x01(\t\x12\x18\n\x0fexternal_output\x18\xea\x07 \x01(\t\x120\n\x07options\x18\x03 \x01(\x0b2\x1f.mediapipe.PacketFactoryOptions"E\n\x13PacketManagerConfig\x12.\n\x06packet\x18\x01 \x03(\x0b2\x1e.mediapipe.PacketFactoryConfig', globals())
