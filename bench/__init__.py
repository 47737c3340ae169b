"""What the product's speed is measured with: tools for developers, in English, that print tables and write JSON.

They may import every room and bring their own servers and data; nothing of ours imports them.
"""
