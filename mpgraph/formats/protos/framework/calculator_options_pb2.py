"""Messages of mediapipe/framework/calculator_options.proto. Made by generate_protos.py; do not edit."""

from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n,mediapipe/framework/calculator_options.proto\x12\tmediapipe"9\n\x11CalculatorOptions\x12\x18\n\x0cmerge_fields\x18\x01 \x01(\x08B\x02\x18\x01*\n\x08\xa0\x9c\x01\x10\x80\x80\x80\x80\x02', globals())
