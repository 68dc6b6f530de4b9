import contextlib

from tornado.testing import AsyncTestCase, setup_with_context_manager


def test_a_context_manager_spans_the_test_and_its_teardown(run):
    calls = []

    @contextlib.contextmanager
    def noted():
        calls.append("enter")
        yield "value"
        calls.append("exit")

    class Case(AsyncTestCase):
        def setUp(self):
            super().setUp()
            calls.append(setup_with_context_manager(self, noted()))

        def test(self):
            calls.append("test")

        def tearDown(self):
            super().tearDown()
            calls.append("tearDown")

    assert run(Case).is_success
    assert calls == ["enter", "value", "test", "tearDown", "exit"]
