"""Messages of mediapipe/framework/formats/detection.proto. Made by generate_protos.py; do not edit."""

from ...framework.formats import location_data_pb2 as _location_data_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n+mediapipe/framework/formats/detection.proto\x12\tmediapipe\x1a/mediapipe/framework/formats/location_data.proto"\xde\x02\n\tDetection\x12\r\n\x05label\x18\x01 \x03(\t\x12\x14\n\x08label_id\x18\x02 \x03(\x05B\x02\x10\x01\x12\x11\n\x05score\x18\x03 \x03(\x02B\x02\x10\x01\x12.\n\rlocation_data\x18\x04 \x01(\x0b2\x17.mediapipe.LocationData\x12\x13\n\x0bfeature_tag\x18\x05 \x01(\t\x12\x10\n\x08track_id\x18\x06 \x01(\t\x12\x14\n\x0cdetection_id\x18\x07 \x01(\x03\x12G\n\x15associated_detections\x18\x08 \x03(\x0b2(.mediapipe.Detection.AssociatedDetection\x12\x14\n\x0cdisplay_name\x18\t \x03(\t\x12\x16\n\x0etimestamp_usec\x18\n \x01(\x03\x1a5\n\x13AssociatedDetection\x12\n\n\x02id\x18\x01 \x01(\x05\x12\x12\n\nconfidence\x18\x02 \x01(\x02"8\n\rDetectionList\x12\'\n\tdetection\x18\x01 \x03(\x0b2\x14.mediapipe.Detection', globals())
