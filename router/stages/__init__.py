"""The stages: pure functions, one verb each, in the order that `router.pipeline` gives them."""
