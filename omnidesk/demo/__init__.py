"""The demo: a throw-away workspace of a small web shop, with customers who write while you watch."""
