"""What is a digit: a reader that knows what it has not learned."""
