"""Targets of a fuzzer, and the inputs that it found, which a fast test asks again (`make fuzz`)."""
