"""Alembic's migrations, for every database alike."""
