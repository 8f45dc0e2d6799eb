"""What an importer refuses as a whole.

RecordInvalidError
└── FileRefusedError        a file that cannot be read to its end, or that would do too much: nothing of it is taken
"""

from federation.vocabulary.errors import RecordInvalidError


class FileRefusedError(RecordInvalidError):
    """Nothing of a file is taken: `code` says why for machines, `line` where (0: nowhere in particular)."""

    slug = "file-refused"

    def __init__(self, code: str, detail: str, line: int = 0) -> None:
        super().__init__(detail)
        self.code = code
        self.line = line


class ProductsGoneError(FileRefusedError):
    """A whole catalogue in which more products are missing than the boutique allows: the owner is asked first."""

    def __init__(self, detail: str, gone: int) -> None:
        super().__init__("file.gone", detail)
        self.gone = gone
