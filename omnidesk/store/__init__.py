"""The store: tables, the database, reads that paint the console, search, blobs, changes and leases."""
