import heap_identity


def test_the_version_is_one_of_semantic_versioning() -> None:
    assert len(heap_identity.__version__.split(".")) == 3
