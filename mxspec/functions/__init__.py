"""Calls under contract: specs of functions, checked call by call or by generated calls."""
