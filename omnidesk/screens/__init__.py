"""One module a screen, and what the main screen is made of: its actions, its reads, its writes."""
