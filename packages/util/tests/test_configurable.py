import pytest

from tornado.util import Configurable


class Store(Configurable):
    @classmethod
    def configurable_base(cls):
        return Store

    @classmethod
    def configurable_default(cls):
        return DictStore

    def initialize(self, size=1):
        self.size = size


class DictStore(Store):
    pass


class FileStore(Store):
    def initialize(self, path=None, size=0, mode=None):
        super().initialize(size)
        self.path = path
        self.mode = mode


class RemoteStore(Store):
    """A base class that derives from another base class."""

    @classmethod
    def configurable_base(cls):
        return RemoteStore

    @classmethod
    def configurable_default(cls):
        return SlowRemoteStore


class SlowRemoteStore(RemoteStore):
    def initialize(self, **kwargs):
        self.arguments = kwargs


@pytest.fixture(autouse=True)
def configurations_are_put_back():
    saved = Store._save_configuration(), RemoteStore._save_configuration()
    yield
    Store._restore_configuration(saved[0])
    RemoteStore._restore_configuration(saved[1])


def test_the_base_makes_the_default_when_nothing_is_configured():
    assert type(Store()) is DictStore
    assert Store.configured_class() is DictStore


def test_the_base_makes_the_configured_class_with_the_configured_arguments():
    Store.configure(FileStore, path="/srv", mode="r")
    store = Store(size=9)
    assert type(store) is FileStore
    assert (store.path, store.mode, store.size) == ("/srv", "r", 9)


def test_arguments_of_the_call_win_over_configured_ones():
    Store.configure(FileStore, path="/srv", size=3)
    store = Store(path="/home")
    assert (store.path, store.size) == ("/home", 3)


def test_positional_arguments_reach_initialize():
    Store.configure(FileStore, mode="w")
    store = Store("/srv", 7)
    assert (store.path, store.size, store.mode) == ("/srv", 7, "w")


def test_an_implementation_called_directly_gets_no_configured_arguments():
    Store.configure(FileStore, size=3)
    assert FileStore().size == 0
    assert type(DictStore()) is DictStore


def test_an_implementation_can_be_named_with_dots(tmp_path, monkeypatch):
    source = f"import sys; Impl = type('Impl', (sys.modules[{__name__!r}].DictStore,), {{}})"
    (tmp_path / "plugin_of_the_test.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    Store.configure("plugin_of_the_test.Impl")
    assert type(Store()).__name__ == "Impl"


def test_none_goes_back_to_the_default_and_may_carry_arguments():
    Store.configure(FileStore)
    Store.configure(None, size=5)
    store = Store()
    assert type(store) is DictStore
    assert store.size == 5


def test_configure_on_an_implementation_takes_only_its_subclasses():
    class BetterFileStore(FileStore):
        pass

    FileStore.configure(BetterFileStore)
    assert type(Store()) is BetterFileStore
    with pytest.raises(ValueError, match="DictStore is not a subclass of FileStore"):
        FileStore.configure(DictStore)


@pytest.mark.parametrize(
    ("impl", "error", "message"),
    [
        (dict, ValueError, "dict is not a subclass of Store"),
        (len, TypeError, "an implementation of Store is a class, not <built-in function len>"),
        ("collections.OrderedDict", ValueError, "OrderedDict is not a subclass of Store"),
        ("collections.Nothing", ImportError, "'collections' has no attribute 'Nothing'"),
        ("no_such_package.Store", ImportError, "no_such_package"),
    ],
)
def test_a_wrong_implementation_is_refused_and_changes_nothing(impl, error, message):
    Store.configure(FileStore, size=3)
    with pytest.raises(error, match=message):
        Store.configure(impl)
    assert type(Store()) is FileStore
    assert Store().size == 3


def test_a_nested_base_class_has_its_own_choice():
    Store.configure(RemoteStore, host="a")
    assert Store().arguments == {"host": "a"}

    class FastRemoteStore(SlowRemoteStore):
        pass

    RemoteStore.configure(FastRemoteStore, port=1)
    assert type(Store()) is FastRemoteStore
    assert Store(x=2).arguments == {"host": "a", "port": 1, "x": 2}
    assert RemoteStore().arguments == {"port": 1}


def test_a_nested_base_class_does_not_inherit_the_outer_choice():
    Store.configure(FileStore, size=3)
    assert type(RemoteStore()) is SlowRemoteStore
    assert RemoteStore().arguments == {}


def test_a_saved_configuration_can_be_restored():
    Store.configure(FileStore, size=3)
    saved = Store._save_configuration()
    Store.configure(None)
    FileStore._restore_configuration(saved)
    assert type(Store()) is FileStore
    assert Store().size == 3


def test_changing_the_arguments_of_one_instance_does_not_change_the_configuration():
    class Greedy(Store):
        def initialize(self, **kwargs):
            kwargs.clear()

    Store.configure(Greedy, size=3)
    Store()
    assert Store._save_configuration() == (Greedy, {"size": 3})


@pytest.mark.parametrize(
    ("call", "missing"),
    [(Configurable, "configurable_base"), (Configurable.configured_class, "configurable_base")],
)
def test_without_configurable_base_the_error_says_what_to_define(call, missing):
    with pytest.raises(NotImplementedError, match=f"Configurable must define {missing}"):
        call()


def test_without_configurable_default_the_error_says_what_to_define():
    class Half(Configurable):
        @classmethod
        def configurable_base(cls):
            return Half

    with pytest.raises(NotImplementedError, match="Half must define configurable_default"):
        Half()


def test_unexpected_arguments_are_an_error():
    class Strict(Configurable):
        @classmethod
        def configurable_base(cls):
            return Strict

        @classmethod
        def configurable_default(cls):
            return Strict

    with pytest.raises(TypeError):
        Strict(1)
