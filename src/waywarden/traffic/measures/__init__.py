"""What is measured on stored intervals: turning movement counts and peak hours."""
