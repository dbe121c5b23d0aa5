"""What the process is told by its environment: read once, frozen, passed in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from groundswell.errors import InvalidSetting

PREFIX = "GROUNDSWELL_"
KEY = "model_key_"


@dataclass(frozen=True)
class Settings:
    """Process settings. Every field is one `GROUNDSWELL_<NAME>` variable; unknown ones are refused.

    Attributes:
        home: the data folder: datasets, blobs and the embedded database live below it.
        database_url: a PostgreSQL 15 or later to use instead of the embedded one. Never printed.
        host: the address that `groundswell up` listens on.
        port: the port that `groundswell up` listens on.
        max_item_bytes: the largest single item that is read; larger ones are set aside.
        max_source_bytes: the largest source that the CLI takes without `--yes`.
        quota_bytes: what each organization may keep of datasets and media; none: no limit.
        model_hosts: hosts of models of others that managers may use, with commas between; none: they are off.
        fetch_hosts: hosts whose addresses programs may attach to tasks, with commas between; none: they upload files.
        callback_hosts: hosts of the own network or by plain http that callbacks may go to, as http://10.0.0.5:8000,...
        public_url: where programs reach this service, as https://labels.example.org; none: as each request does.
        model_key: a host, a space and its secret, which managers may name; one variable each. Never stored or shown.
    """

    home: Path = Path("groundswell-data")
    database_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8400
    max_item_bytes: int = 32 * 1024 * 1024
    max_source_bytes: int = 10 * 1000 * 1000 * 1000
    quota_bytes: int | None = None
    model_hosts: tuple[str, ...] = ()
    fetch_hosts: tuple[str, ...] = ()
    callback_hosts: tuple[str, ...] = ()
    public_url: str | None = None
    model_key: Mapping[str, str] = field(
        default_factory=dict, repr=False, metadata={"variable": "MODEL_KEY_<NAME>", "default": "none"}
    )

    def __post_init__(self) -> None:
        if self.public_url and not self.public_url.startswith(("https://", "http://")):
            raise InvalidSetting(
                f"{PREFIX}PUBLIC_URL={self.public_url!r} must begin with https:// or http://"
            )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from the environment.

        Raises:
            InvalidSetting: a `GROUNDSWELL_*` variable is unknown, or a number is malformed.
        """
        given = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in (os.environ if environ is None else environ).items()
            if name.startswith(PREFIX)
        }
        keys = {name: value for name, value in given.items() if name.startswith(KEY) and name != KEY}
        given = {name: value for name, value in given.items() if name not in keys}
        known = {f.name: f for f in fields(cls) if not f.metadata}
        for name in given:
            if name not in known:
                raise InvalidSetting(
                    f"{PREFIX}{name.upper()} is not a setting; known: "
                    + ", ".join(f"{PREFIX}{k.upper()}" for k in known)
                )
        parsed = {name: _parse(name, value, known[name].type) for name, value in given.items()}
        named = {name.removeprefix(KEY).upper(): value for name, value in keys.items()}
        return cls(**parsed, model_key=named)  # type: ignore[arg-type]


def _parse(name: str, value: str, kind: object) -> object:
    if kind is Path:
        return Path(value).expanduser()
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if kind in (int, int | None):
        try:
            return int(value)
        except ValueError:
            raise InvalidSetting(f"{PREFIX}{name.upper()}={value!r} is not a whole number") from None
    return value
