"""Parts of screens: each shows rows that it is given and says what the agent did; none reads or writes the desk."""
