"""Planning over HTTP. `frame.py` says what a resource is made of, and every concept declares one."""
