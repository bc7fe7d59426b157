"""Programs that use the package where it was installed from what `make dist` builds; nox runs them."""
