"""Messages of mediapipe/calculators/image/opencv_image_encoder_calculator_results.proto. Made by generate_protos.py; do not edit."""

from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\nImediapipe/calculators/image/opencv_image_encoder_calculator_results.proto\x12\tmediapipe"\xdd\x01\n#OpenCvImageEncoderCalculatorResults\x12\x15\n\rencoded_image\x18\x01 \x01(\x0c\x12\x0e\n\x06height\x18\x02 \x01(\x05\x12\r\n\x05width\x18\x03 \x01(\x05\x12M\n\ncolorspace\x18\x04 \x01(\x0e29.mediapipe.OpenCvImageEncoderCalculatorResults.ColorSpace"1\n\nColorSpace\x12\x0b\n\x07UNKNOWN\x10\x00\x12\r\n\tGRAYSCALE\x10\x01\x12\x07\n\x03RGB\x10\x02', globals())
