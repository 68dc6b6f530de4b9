"""Base classes whose implementation is chosen at run time.

Callers use the base class, and implementations derive from it. The base class keeps the choice of the
program: an implementation, and keyword arguments for it.
"""

from __future__ import annotations

from ._dotted_names import import_object

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self, TypeAlias

    Setting: TypeAlias = tuple["type[Configurable] | None", "dict[str, Any] | None"]


class Configurable:
    """A class whose calls return an instance of an implementation that the program chose.

    A base class overrides :meth:`configurable_base` and :meth:`configurable_default`. Calling the
    base returns an instance of the configured implementation. Calling an implementation returns an
    instance of that implementation, without the configured arguments.

    Implementations define :meth:`initialize` instead of ``__init__``.

    >>> class Codec(Configurable):
    ...     @classmethod
    ...     def configurable_base(cls):
    ...         return Codec
    ...     @classmethod
    ...     def configurable_default(cls):
    ...         return PlainCodec
    >>> class PlainCodec(Codec):
    ...     def initialize(self, level=1):
    ...         self.level = level
    >>> Codec.configure(PlainCodec, level=9)
    >>> Codec().level, Codec(level=2).level, PlainCodec().level
    (9, 2, 1)
    """

    _setting: ClassVar[Setting] = (None, None)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        base = cls.configurable_base()
        impl: type[Any] = cls
        if cls is base:
            impl = cls.configured_class()
            configured = base._own_setting()[1]
            if configured:
                kwargs = configured | kwargs
            if impl.configurable_base() is not base:
                # The implementation is a base class itself, which has a choice of its own.
                nested: Self = impl(*args, **kwargs)
                return nested
        instance: Self = super().__new__(impl)
        # Not __init__: type.__call__ runs it on the returned object, with the caller's arguments
        # and without the configured ones.
        instance.initialize(*args, **kwargs)
        return instance

    @classmethod
    def configurable_base(cls) -> type[Any]:
        """Return the base class, whose calls make instances of the chosen implementation.

        :raises NotImplementedError: the base class does not override this method.
        """
        raise NotImplementedError(f"{cls.__qualname__} must define configurable_base")

    @classmethod
    def configurable_default(cls) -> type[Any]:
        """Return the implementation that is used when nothing is configured.

        :raises NotImplementedError: the base class does not override this method.
        """
        raise NotImplementedError(f"{cls.__qualname__} must define configurable_default")

    if TYPE_CHECKING:
        # Implementations have arguments of their own. With this signature, a type checker accepts
        # every override.
        def initialize(self, *args: Any, **kwargs: Any) -> None: ...
    else:

        def initialize(self) -> None:
            """Set up an instance, as ``__init__`` does in other classes.

            Implementations override it with the arguments that they need.
            """

    @classmethod
    def configure(cls, impl: str | type[Configurable] | None, **kwargs: Any) -> None:
        """Choose the implementation for later calls of the base class.

        :param impl: a subclass of the base class, or its dotted name; None for the default.
        :param kwargs: arguments for every instance that the base class makes. Arguments of the call
            override them.
        :raises ImportError: the dotted name cannot be imported.
        :raises TypeError: the implementation is not a class.
        :raises ValueError: the implementation does not derive from this class.
        """
        base = cls.configurable_base()
        if isinstance(impl, str):
            impl = import_object(impl)
        if impl is not None:
            if not isinstance(impl, type):
                raise TypeError(f"an implementation of {cls.__qualname__} is a class, not {impl!r}")
            if not issubclass(impl, cls):
                raise ValueError(f"{impl.__qualname__} is not a subclass of {cls.__qualname__}")
        base._setting = (impl, kwargs)

    @classmethod
    def configured_class(cls) -> type[Any]:
        """Return the implementation of which a call of the base class makes an instance."""
        base: type[Configurable] = cls.configurable_base()
        impl, kwargs = base._own_setting()
        if impl is not None:
            return impl
        default: type[Any] = base.configurable_default()
        base._setting = (default, kwargs)
        return default

    @classmethod
    def _own_setting(cls) -> Setting:
        # Read from the class itself: a base class that derives from another must not inherit its choice.
        setting: Setting = cls.__dict__.get("_setting", (None, None))
        return setting

    @classmethod
    def _save_configuration(cls) -> Setting:
        base: type[Configurable] = cls.configurable_base()
        return base._own_setting()

    @classmethod
    def _restore_configuration(cls, saved: Setting) -> None:
        cls.configurable_base()._setting = saved
