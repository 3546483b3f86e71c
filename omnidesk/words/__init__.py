"""The words that cross rooms: enumerations, frozen rows and errors. Standard library only."""
