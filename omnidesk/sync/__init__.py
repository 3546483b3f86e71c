"""The engine: leases, running connectors, sending, and set-up of channels."""
