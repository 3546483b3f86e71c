"""The command line: one module a noun or verb as a user types it."""
