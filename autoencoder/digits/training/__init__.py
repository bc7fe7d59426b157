"""The training of the networks behind `digits/...`: their images, their loops and their judge."""
