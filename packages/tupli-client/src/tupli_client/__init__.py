"""Record, keep, share, find and load offline reinforcement-learning data.

Every name that users write is here; `__init__.pyi` lists them, and each is imported when it is first used, so that a program pays
only for the parts that it needs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
