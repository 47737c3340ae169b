"""Files and mails of strangers, read in processes of their own: a few at a time, each within bounds.

What a decoder or parser does with hostile bytes ends with its process. Touches settings only; who has something to be
read names the function that reads it.
"""
