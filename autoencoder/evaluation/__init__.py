"""How good the networks are: the measurements that README reports."""
