"""Messages of mediapipe/framework/tool/node_chain_subgraph.proto. Made by generate_protos.py; do not edit."""

from ...framework import calculator_pb2 as _calculator_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n2mediapipe/framework/tool/node_chain_subgraph.proto\x12\tmediapipe\x1a$mediapipe/framework/calculator.proto"\x96\x01\n\x18NodeChainSubgraphOptions\x12\x11\n\tnode_type\x18\x01 \x01(\t\x12\x14\n\x0cchain_length\x18\x02 \x01(\x052Q\n\x03ext\x12\x1c.mediapipe.CalculatorOptions\x18\xd3\xdc\xddO \x01(\x0b2#.mediapipe.NodeChainSubgraphOptions', globals())
