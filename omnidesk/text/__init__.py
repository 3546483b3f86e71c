"""Pure functions on untrusted text: cleaning, folding for search, addresses, HTML, replies, file names."""
