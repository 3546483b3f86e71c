"""Many processes at work on one workspace at once, and a judgement of what they left there."""
