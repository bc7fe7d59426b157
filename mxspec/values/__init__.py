"""Values as clojure compares them: equality, order, distinctness."""
