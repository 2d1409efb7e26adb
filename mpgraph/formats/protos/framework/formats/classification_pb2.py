"""Messages of mediapipe/framework/formats/classification.proto. Made by generate_protos.py; do not edit."""

from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n0mediapipe/framework/formats/classification.proto\x12\tmediapipe"S\n\x0eClassification\x12\r\n\x05index\x18\x01 \x01(\x05\x12\r\n\x05score\x18\x02 \x01(\x02\x12\r\n\x05label\x18\x03 \x01(\t\x12\x14\n\x0cdisplay_name\x18\x04 \x01(\t"G\n\x12ClassificationList\x121\n\x0eclassification\x18\x01 \x03(\x0b2\x19.mediapipe.Classification"Z\n\x1cClassificationListCollection\x12:\n\x13classification_list\x18\x01 \x03(\x0b2\x1d.mediapipe.ClassificationList', globals())
