"""A package that brings kinds of sources and does not work."""

print("torn says hello")  # noqa: T201 - as packages do
raise RuntimeError("it wants a newer reportops")
