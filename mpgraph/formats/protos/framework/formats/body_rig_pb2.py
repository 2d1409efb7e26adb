"""Messages of mediapipe/framework/formats/body_rig.proto. Made by generate_protos.py; do not edit."""

from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n*mediapipe/framework/formats/body_rig.proto\x12\tmediapipe"0\n\x05Joint\x12\x13\n\x0brotation_6d\x18\x01 \x03(\x02\x12\x12\n\nvisibility\x18\x02 \x01(\x02",\n\tJointList\x12\x1f\n\x05joint\x18\x01 \x03(\x0b2\x10.mediapipe.Joint', globals())
