"""Messages of mediapipe/framework/formats/time_series_header.proto. Made by generate_protos.py; do not edit."""

from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n4mediapipe/framework/formats/time_series_header.proto\x12\tmediapipe"\x8e\x01\n\x10TimeSeriesHeader\x12\x13\n\x0bsample_rate\x18\x01 \x01(\x01\x12\x14\n\x0cnum_channels\x18\x02 \x01(\x05\x12\x13\n\x0bnum_samples\x18\x03 \x01(\x05\x12\x13\n\x0bpacket_rate\x18\x04 \x01(\x01\x12\x19\n\x11audio_sample_rate\x18\x05 \x01(\x01*\n\x08\xa0\x9c\x01\x10\x80\x80\x80\x80\x02"k\n\x1bMultiStreamTimeSeriesHeader\x127\n\x12time_series_header\x18\x01 \x01(\x0b2\x1b.mediapipe.TimeSeriesHeader\x12\x13\n\x0bnum_streams\x18\x02 \x01(\x05', globals())
