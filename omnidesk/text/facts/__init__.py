"""Facts that a customer tells about themselves, found in what they wrote: by rules, in Dutch, English and German.

Precision goes first: a number counts only where words say what it is and nothing says that it is somebody else's.
`finding.find` is the way in. Its expressions take a tenth of a second to make ready: it is imported where it is used.
"""
