"""The networks of the post, on MNIST."""
