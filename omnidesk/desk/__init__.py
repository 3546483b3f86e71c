"""The use cases: what arrives, how it threads, who it is from, what agents do with it, and what goes out."""
