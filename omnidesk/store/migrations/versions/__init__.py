"""One module a migration, numbered; each says whether it is breaking."""
