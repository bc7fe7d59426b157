"""Inference: trained networks that answer, on MXNet or ONNX Runtime, from any number of threads."""
