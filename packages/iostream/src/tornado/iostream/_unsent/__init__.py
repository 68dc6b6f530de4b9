"""What is written and not sent yet.

``_write_queue`` is what the descriptor does not take, ``_write_batch`` what leaves at the end of a
turn of the loop.
"""
