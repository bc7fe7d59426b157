"""The networks of the post on MNIST, and networks made to be relied on."""
