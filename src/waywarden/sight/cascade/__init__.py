"""Every frame gets a cheap look, some a dear one: the cascade."""
