"""Checkpoints: trained networks in files, in the formats of MXNet and ONNX."""
