"""What every room must agree on, once: codes and their labels, weeks and minutes, civil days, spellings, French.

Pure; touches settings only: any other room may import this one.
"""
