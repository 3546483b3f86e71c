"""The page of a web form: shown, filled in, checked, kept once, thanked for."""
