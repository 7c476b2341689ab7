"""What can go wrong between a partner's file and the hub; every message names a place, none a value."""

from identity.errors import EnishiError


class PipelineError(EnishiError):
    """The base of the errors of pipelines."""

    code = "pipeline"


class ContractInvalid(PipelineError):
    """A contract that is not one: unreadable YAML, an unknown key, a value of the wrong kind."""

    code = "contract-invalid"


class ContractRefused(PipelineError):
    """A well-formed contract that its lint refuses, alone or beside the columns of a file."""

    code = "contract-refused"


class FileMissing(PipelineError):
    """No file where one was named, or one that may not be read."""

    code = "file-missing"


class FormatUnknown(PipelineError):
    """A file whose suffix names no format that we read."""

    code = "format-unknown"


class FileEmpty(PipelineError):
    """A file without a header or a row."""

    code = "file-empty"


class FileTooLarge(PipelineError):
    """A file over the limit of bytes."""

    code = "file-too-large"


class WrongEncoding(PipelineError):
    """Bytes that are not text in the encoding of the contract."""

    code = "wrong-encoding"


class WrongDelimiter(PipelineError):
    """A header that is one column where the contract names several."""

    code = "wrong-delimiter"


class DuplicateColumn(PipelineError):
    """A header that names one column twice."""

    code = "duplicate-column"


class NotParquet(PipelineError):
    """A Parquet file that is cut off, damaged or something else."""

    code = "not-parquet"


class NotCompressed(PipelineError):
    """A `.gz` file that is cut off, damaged or something else."""

    code = "not-compressed"


class UnreadableColumn(PipelineError):
    """A typed column that has no plain text form, such as a list."""

    code = "unreadable-column"


class RowTooLong(PipelineError):
    """A row so long that the rows after it cannot be found."""

    code = "row-too-long"


class UnclosedQuote(PipelineError):
    """A quote that opens and never closes, so that rows hide in one value."""

    code = "unclosed-quote"


class FileChanged(PipelineError):
    """A file that changed while it was read."""

    code = "file-changed"


class TooManyBadRows(PipelineError):
    """More rows in quarantine than the limits allow: the file, not the rows, is at fault."""

    code = "too-many-bad-rows"


class QualityFailed(PipelineError):
    """A critical expectation of the contract that the file does not meet."""

    code = "quality-failed"


class QualityUnavailable(PipelineError):
    """A contract with expectations where great-expectations is not installed."""

    code = "quality-unavailable"


class PiiFound(PipelineError):
    """Personal identifiers in a column that the contract declares as facts."""

    code = "pii-found"


class BatchInvalid(PipelineError):
    """A batch from an edge that is not what it should be."""

    code = "batch-invalid"
