"""Made-up streets with exact truth, and the checks that every port must pass."""
