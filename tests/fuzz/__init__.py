"""Mails that nobody would write, thrown at the reader of mails."""
