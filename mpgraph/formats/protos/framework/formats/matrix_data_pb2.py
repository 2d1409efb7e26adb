"""Messages of mediapipe/framework/formats/matrix_data.proto. Made by generate_protos.py; do not edit."""

from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n-mediapipe/framework/formats/matrix_data.proto\x12\tmediapipe"\xa8\x01\n\nMatrixData\x12\x0c\n\x04rows\x18\x01 \x01(\x05\x12\x0c\n\x04cols\x18\x02 \x01(\x05\x12\x17\n\x0bpacked_data\x18\x03 \x03(\x02B\x02\x10\x01\x12:\n\x06layout\x18\x04 \x01(\x0e2\x1c.mediapipe.MatrixData.Layout:\x0cCOLUMN_MAJOR")\n\x06Layout\x12\x10\n\x0cCOLUMN_MAJOR\x10\x00\x12\r\n\tROW_MAJOR\x10\x01', globals())
