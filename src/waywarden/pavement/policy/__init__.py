"""The policy as data: which damage is acted on, how soon, on whose clock; and what that would have come to."""
