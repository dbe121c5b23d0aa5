"""Every error that Groundswell raises on purpose, in one tree.

::

    GroundswellError
    ├── InputError                 what was given cannot be used          exit 2, HTTP 400
    │   ├── SourceNotFound         a path that does not exist             HTTP 404
    │   ├── EmptySource            nothing in it to read
    │   ├── UnreadableSource       not the format it claims to be
    │   ├── MissingColumn          a named column is not there
    │   ├── TooLarge               over a stated limit                    HTTP 413
    │   ├── InvalidName            a dataset, project or class name
    │   ├── InvalidAnswer          an answer its label kind refuses       HTTP 422
    │   ├── InvalidQuery           a search that is not in the query language
    │   ├── Unsupported            work that there is no screen for       HTTP 402
    │   ├── NoVotes                consensus of nothing
    │   └── InvalidSetting         an unknown or malformed setting
    ├── NotFound                   no such thing in this organization     exit 3, HTTP 404
    ├── Conflict                   the state does not allow it            exit 4, HTTP 409
    │   ├── OverQuota              the organization keeps all it may      HTTP 507
    │   ├── NoModel                no model is there to reply
    │   └── AllowanceSpent         money or calls are used up
    ├── NoReply                    a model of others did not reply        exit 9, HTTP 503
    ├── NotSignedIn                no valid session or key                exit 5, HTTP 401
    ├── NotAllowed                 the role does not permit it            exit 5, HTTP 403
    ├── MissingExtra               an optional dependency is needed       exit 6, HTTP 501
    ├── StoreError                 the place where things are kept        exit 7
    │   ├── DatabaseUnavailable    retry later                            HTTP 503
    │   ├── IndexNotReady          a search must wait for its index       HTTP 503
    │   ├── DataFolderBusy         another process owns it                HTTP 503
    │   └── DataFolderNewer        written by a newer release             HTTP 500
    └── PortInUse                  the address is taken                   exit 8

A message says what was asked, what was found and what to do. `code` is stable and documented in
`docs/reference/errors.md`; edges translate once: HTTP to problem+json, the CLI to an exit code.
"""

from typing import ClassVar

STOPPED = 130
"""Exit code of a command that was stopped before it was done, as shells have it: 128 and the number of SIGINT."""


class GroundswellError(Exception):
    """Base of the tree: catch it to handle every error that Groundswell raises on purpose."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False


class InputError(GroundswellError, ValueError):
    """Something that the caller gave cannot be used; the message names it and the remedy."""

    code = "invalid_input"
    http_status = 400
    exit_code = 2


class SourceNotFound(InputError):
    """A path that was given does not exist."""

    code = "source_not_found"
    http_status = 404


class EmptySource(InputError):
    """A source exists but holds nothing that can be read."""

    code = "empty_source"


class UnreadableSource(InputError):
    """A source as a whole is not in the format that it claims; single bad records are set aside instead."""

    code = "unreadable_source"


class MissingColumn(InputError):
    """A table lacks a column that was named or is needed."""

    code = "missing_column"


class TooLarge(InputError):
    """An input is over a stated limit."""

    code = "too_large"
    http_status = 413


class InvalidName(InputError):
    """A name of a dataset, project or class is empty, too long or has characters that are not allowed."""

    code = "invalid_name"


class InvalidAnswer(InputError):
    """An answer does not fit the project's label kind and ontology."""

    code = "invalid_answer"
    http_status = 422


class InvalidQuery(InputError):
    """A query cannot be read, or asks for a field or slice that is not there; the message says where."""

    code = "invalid_query"


class Unsupported(InputError):
    """Work of a kind that is known and that people cannot be shown yet; the message says what would be needed."""

    code = "unsupported"
    http_status = 402


class NoVotes(InputError):
    """Consensus was asked of no votes at all."""

    code = "no_votes"


class InvalidSetting(InputError):
    """A `GROUNDSWELL_*` variable is unknown or malformed."""

    code = "invalid_setting"


class NotFound(GroundswellError, LookupError):
    """No such thing in this organization (another organization's things are never acknowledged)."""

    code = "not_found"
    http_status = 404
    exit_code = 3


class Conflict(GroundswellError):
    """The present state does not allow the change."""

    code = "conflict"
    http_status = 409
    exit_code = 4


class OverQuota(Conflict):
    """An organization would keep more bytes than it may; old versions can be removed, or the limit raised."""

    code = "over_quota"
    http_status = 507


class NoModel(Conflict):
    """A project's conversations go on with a model, and none is connected to it."""

    code = "no_model"


class AllowanceSpent(Conflict):
    """The money of a project for its model is spent, or the calls of a worker for today are made."""

    code = "allowance_spent"


class NoReply(GroundswellError):
    """A model of others did not reply, or with nothing that can be used; asking again may help."""

    code = "no_reply"
    http_status = 503
    exit_code = 9
    retryable = True


class NotSignedIn(GroundswellError):
    """The request carries no valid session or API key."""

    code = "not_signed_in"
    http_status = 401
    exit_code = 5


class NotAllowed(GroundswellError):
    """The role of the member does not permit this."""

    code = "not_allowed"
    http_status = 403
    exit_code = 5


class MissingExtra(GroundswellError, ImportError):
    """An optional dependency is needed; the message holds the line that installs it."""

    code = "missing_extra"
    exit_code = 6
    http_status = 501


class StoreError(GroundswellError):
    """The database or the data folder cannot be used."""

    code = "store_error"
    exit_code = 7


class DatabaseUnavailable(StoreError):
    """PostgreSQL does not answer; nothing was changed and the call may be repeated."""

    code = "database_unavailable"
    http_status = 503
    retryable = True


class IndexNotReady(StoreError):
    """A large version is searched for the first time, and its index is being made; the search may be repeated."""

    code = "index_not_ready"
    http_status = 503
    retryable = True


class DataFolderBusy(StoreError):
    """Another process holds the data folder."""

    code = "data_folder_busy"
    http_status = 503
    retryable = True


class DataFolderNewer(StoreError):
    """The data folder was written by a newer release, which this one must not touch."""

    code = "data_folder_newer"


class PortInUse(GroundswellError):
    """The address to listen on is taken by another process."""

    code = "port_in_use"
    exit_code = 8
