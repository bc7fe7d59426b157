"""Near misses and `check_guard`, on faults in guards."""
