"""Base classes whose implementation is chosen at run time.

A family has one base class, the one that callers name, and implementations that derive from it.
The base keeps the family's setting: an implementation and the keyword arguments that go with it.
"""

from __future__ import annotations

from ._names import import_object

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self, TypeAlias

    Setting: TypeAlias = tuple["type[Configurable] | None", "dict[str, Any] | None"]


class Configurable:
    """Make instances of an implementation that the application chose.

    A base class of a family overrides :meth:`configurable_base` and :meth:`configurable_default`.
    Calling the base then gives an instance of the configured implementation. Calling an
    implementation gives an instance of that one, without the configured arguments.

    Implementations define :meth:`initialize` in place of ``__init__``.

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
                # The implementation is the base of a family of its own, which has its own choice.
                made: Self = impl(*args, **kwargs)
                return made
        instance: Self = super().__new__(impl)
        # Not __init__: type.__call__ would run it a second time on the object returned here, with
        # the caller's arguments and without the configured ones.
        instance.initialize(*args, **kwargs)
        return instance

    @classmethod
    def configurable_base(cls) -> type[Any]:
        """Return the base class of the family, whose calls are redirected.

        :raises NotImplementedError: if the family's base does not override this method.
        """
        raise NotImplementedError(f"{cls.__qualname__} must define configurable_base")

    @classmethod
    def configurable_default(cls) -> type[Any]:
        """Return the implementation that is used when nothing is configured.

        :raises NotImplementedError: if the family's base does not override this method.
        """
        raise NotImplementedError(f"{cls.__qualname__} must define configurable_default")

    if TYPE_CHECKING:
        # Implementations choose their own arguments. This signature is the one that a type checker
        # lets every override replace.
        def initialize(self, *args: Any, **kwargs: Any) -> None: ...
    else:

        def initialize(self) -> None:
            """Set up an instance, in place of ``__init__``.

            Implementations define it with the arguments they need.
            """

    @classmethod
    def configure(cls, impl: str | type[Configurable] | None, **kwargs: Any) -> None:
        """Choose the implementation that calls of the base make from now on.

        :param impl: a subclass of the base, or its dotted name; None for the default.
        :param kwargs: arguments for every instance that the base makes. Arguments of the call
            itself win over them.
        :raises ImportError: if the dotted name cannot be imported.
        :raises TypeError: if the implementation is no class.
        :raises ValueError: if the implementation does not derive from this class.
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
        """Return the implementation that a call of the base makes now."""
        base: type[Configurable] = cls.configurable_base()
        impl, kwargs = base._own_setting()
        if impl is not None:
            return impl
        default: type[Any] = base.configurable_default()
        base._setting = (default, kwargs)
        return default

    @classmethod
    def _own_setting(cls) -> Setting:
        # Looked up in the class itself: a family nested in another must not inherit its choice.
        setting: Setting = cls.__dict__.get("_setting", (None, None))
        return setting

    @classmethod
    def _save_configuration(cls) -> Setting:
        base: type[Configurable] = cls.configurable_base()
        return base._own_setting()

    @classmethod
    def _restore_configuration(cls, saved: Setting) -> None:
        cls.configurable_base()._setting = saved
