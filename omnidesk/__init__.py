"""OmniDesk: the omnichannel service desk that runs in a terminal."""

__version__ = "0.1.0"
