"""The extension module; the rest is in pyproject.toml.

One wheel serves CPython 3.11 and every later version: the code keeps to the stable ABI.
"""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "tornado.speedups._speedups",
            ["src/tornado/speedups/_speedups.c"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
