"""The customer-facing side: webhooks, live chat and web form, served by `omnidesk serve`."""
