"""Planning: what a workspace keeps of a life beside its pages. Each concept is a module; `concepts.py` names them all."""
