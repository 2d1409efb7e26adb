"""The messages of the wire formats: upstream's ``mediapipe/X.proto`` is ``mpgraph.formats.protos.X_pb2``."""
