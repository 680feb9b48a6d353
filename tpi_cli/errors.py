"""Every error a person can meet.

The words are the class's docstring, filled in with the facts given; the hint says what to do; the exit
code stands on the class (`tpi help exit-codes`). Nothing here may carry another patient's data.
"""


class TpiError(Exception):
    """something went wrong"""

    exit_code = 1
    kind = "failure"
    hint = ""

    def __init__(self, message: str = "", *, hint: str = "", **facts: object) -> None:
        """`message` and `facts` fill the words; a `hint` given here goes before the class's."""
        words = type(self).__doc__ or type(self).__name__
        self.facts = {"message": message, **facts}
        self.hint = hint or _fill(self.hint, self.facts)
        super().__init__(_fill(words, self.facts))


def _fill(words: str, facts: dict[str, object]) -> str:
    """Put the facts into the words, leaving text from outside exactly as it came."""
    return words.strip().format_map(facts)


class Usage(TpiError):
    """{message}"""

    exit_code = 2
    kind = "usage"


class SeveralClinics(Usage):
    """several clinics are read here: {names}"""

    hint = "tpi due and tpi stats read them with --clinic NAME or all; the rest is done at the clinic's own server"


class Grammar(Usage):
    """{message}"""

    def __init__(self, message: str, *, text: str = "", at: int = 0, width: int = 1, hint: str = "") -> None:
        """`text` is what was typed; the fault is `width` characters long and starts at `at` (from 0)."""
        super().__init__(message, hint=hint)
        self.text = text
        self.at = at
        self.width = max(1, width)


class NotFound(TpiError):
    """{message}"""

    exit_code = 3
    kind = "not-found"


class NoSuchPatient(NotFound):
    """no patient {patient}"""

    hint = "tpi find NAME looks for one by name"


class MergedAway(NotFound):
    """{patient} was merged into {survivor}"""

    hint = "tpi patient show {survivor}; tpi patient unmerge {patient} takes it back"


class Erased(NotFound):
    """{patient} was erased on {on}: nothing but the number is left"""

    hint = "there is no way back"


class NoSuchSite(NotFound):
    """no site {site} on {patient}"""

    hint = "tpi site list {patient} shows the sites"


class NoSuchSession(NotFound):
    """no session {session}"""

    hint = "tpi session list shows the sessions"


class SafetyStop(TpiError):
    """{message}"""

    exit_code = 4
    kind = "safety"


class Conflict(TpiError):
    """{message}"""

    exit_code = 5
    kind = "conflict"


class SameKey(Conflict):
    """this was recorded under the same key a moment ago"""

    hint = "run the same line again"


class DuplicateMrn(Conflict):
    """mrn {mrn} belongs to {patient} already"""

    hint = "tpi patient show {patient}"


class StoreUnavailable(TpiError):
    """{message}"""

    exit_code = 6
    kind = "store"
    hint = "tpi config path shows where the store and its key lie"


class NoStore(StoreUnavailable):
    """no store at {path}"""

    hint = "run: tpi init, or tpi restore FILE where there was one (or try: tpi demo)"


class IsBackup(StoreUnavailable):
    """{path} is a backup: nothing is written to it"""

    hint = "tpi restore {path} puts it in the store's place"


class NotAStore(StoreUnavailable):
    """{path} is not a tpi store"""

    hint = "name another with --db, or make one with tpi init"


class NoKey(StoreUnavailable):
    """no key for the store: {path} is not there"""

    hint = "name the key file with --key-file or TPI_KEY_FILE; if it is lost: tpi key recover"


class KeyLocked(StoreUnavailable):
    """the key in {path} is locked with a passphrase, and was not opened"""

    hint = "on a terminal tpi asks for it; forgotten: tpi key recover; for services: tpi help keys"


class BadKey(StoreUnavailable):
    """{path} does not hold a tpi key"""

    hint = "name the right key file with --key-file or TPI_KEY_FILE"


class WrongKey(StoreUnavailable):
    """the key in {key} does not open {path}"""

    hint = "name the right key file with --key-file or TPI_KEY_FILE; a damaged store also reads like this"


class NewerSchema(StoreUnavailable):
    """the store was written by a newer tpi (schema {found}, this one knows {known})"""

    hint = "upgrade tpi; nothing was changed"


class OlderSchema(StoreUnavailable):
    """the store is of an older schema ({found}, this tpi needs {known})"""

    hint = "tpi db migrate brings it up to date; tpi backup first"


class StoreBusy(StoreUnavailable):
    """another program holds the store; nothing was recorded"""

    hint = "try again in a moment"


class OnServer(StoreUnavailable):
    """{path} is on a server: this is for a store in a file"""

    hint = "tpi help server tells how it is done there"


class OnlyACopy(StoreUnavailable):
    """this is a copy for a group's reports: nothing is written to it"""

    hint = "at the clinic's own server it is recorded; tpi help scale"


class Collided(StoreBusy):
    """two changes met in the store; nothing was recorded"""

    hint = "try again"


class ServerLost(StoreUnavailable):
    """{message}"""

    hint = "try again in a moment; tpi help scale tells what to do when a server is gone"


class Unsettled(StoreUnavailable):
    """the connection was lost at the last moment: whether it was recorded is not known"""

    kind = "unsettled"
    hint = "look with tpi log before entering it again; with --idempotency-key a second try is safe"


class StoreReadOnly(StoreUnavailable):
    """the store cannot be written: {why}; nothing was recorded"""

    hint = "check the permissions and the free space of {path}"


class MissingExtra(TpiError):
    """{what} needs {package}, which is not installed"""

    exit_code = 6
    kind = "missing-extra"
    hint = "run: pip install 'tpi-cli[{extra}]'"


class NotPermitted(TpiError):
    """{message}"""

    exit_code = 7
    kind = "permission"


class IntegrityFailure(TpiError):
    """{message}"""

    exit_code = 8
    kind = "integrity"
    hint = "nothing was changed: keep the store and a copy of it as they are; tpi help trust tells what to do"


class Cancelled(TpiError):
    """nothing recorded"""

    exit_code = 9
    kind = "cancelled"


class ReaderGone(TpiError):
    """the reader of the answer is gone"""

    exit_code = 141
    kind = "output"


class OutputFailed(TpiError):
    """{message}"""

    exit_code = 11
    kind = "output"
    hint = "it is on file: do not enter it again"
