"""Compare the C function with its Python version on random input.

    python packages/speedups/fuzz/masks.py [seconds] [seed]

Where the extension was built with AddressSanitizer, each access beyond a buffer ends the program;
`tests/test_sanitizer.py` builds it so and runs this for a second.
"""

from __future__ import annotations

import random
import sys
import time

from tornado.speedups import websocket_mask
from tornado.util import _websocket_mask_python


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)  # noqa: S311 - for tests
    source = random.Random(seed)  # noqa: S311 - for tests
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        count += 1
        size = source.choice(
            (source.randrange(40), source.randrange(300), source.randrange(70_000))
        )
        key, memory = source.randbytes(4), source.randbytes(size + 8)
        start = source.randrange(9)
        data = memory[start : start + size]
        # A copy of exactly this size, so that the bytes after it belong to nobody.
        if websocket_mask(key, bytearray(data)) != _websocket_mask_python(key, data):
            raise SystemExit(f"seed {seed}, input {count}: different results")
        wrong = source.randbytes(source.choice((0, 1, 3, 5, 100)))
        try:
            websocket_mask(wrong, data)
        except ValueError:
            pass
        else:
            raise SystemExit(f"seed {seed}, input {count}: a mask of {len(wrong)} bytes was taken")
    print(f"{count} inputs, seed {seed}: no difference")


if __name__ == "__main__":
    main()
