"""What a test does to its loop and leaves behind.

``_recording`` notes what a test makes, with its ``_origin`` in the program. ``_leftovers`` are what
of it is still there at the end. ``_blocking`` watches for callbacks that hold the loop. ``_checks``
decide what becomes of the test.
"""
