"""Key material in a type that cannot be printed, compared or pickled by accident."""

from typing import NoReturn


class SecretKey:
    """Bytes of a key. Only `reveal()` gives them; repr, equality, hashing and pickling do not."""

    __slots__ = ("_material",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, material: bytes) -> None:
        if len(material) not in {16, 32, 64}:
            raise ValueError("a key has 16, 32 or 64 bytes")
        self._material = material

    def reveal(self) -> bytes:
        """The raw bytes, for a primitive of `cryptography` and nothing else."""
        return self._material

    def __repr__(self) -> str:
        return "SecretKey(…)"

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("keys are not compared")

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not pickled")
