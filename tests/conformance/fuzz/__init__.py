"""Random specs and values that the real clojure.spec and mxspec both answer (`make fuzz-clojure`)."""
