import importlib

import heap_identity


def test_the_version_is_one_of_semantic_versioning() -> None:
    assert len(heap_identity.__version__.split(".")) == 3


def test_each_part_of_the_core_is_a_submodule_with_the_same_classes() -> None:
    for name in ["directory", "dsig", "metadata", "pki", "saml", "sync", "wire"]:
        part = importlib.import_module(f"heap_identity._core.{name}")
        public = [public for public in vars(part) if not public.startswith("_")]
        assert public and all(getattr(heap_identity._core, own) is getattr(part, own) for own in public)


def test_everything_that_the_package_names_is_there() -> None:
    assert all(hasattr(heap_identity, name) for name in heap_identity.__all__)
