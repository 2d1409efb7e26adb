"""The Python API of MediaPipe up to 0.10.21, for code that was written for it (spec section 12).

Names, arguments, exceptions and messages are upstream's; what runs is mpgraph. Code that is new has
`mpgraph.Graph`.
"""
