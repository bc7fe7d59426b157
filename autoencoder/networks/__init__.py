"""Networks of MXNet: build, train, save, load and ask them."""
