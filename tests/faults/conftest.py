"""What tests of faults may ask for."""

from tests.faults.figures import figure

__all__ = ["figure"]
