"""The networks of the post on MNIST, and networks that refuse what is not a digit."""
