"""Source: a folder of recordings, or one recording."""

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from groundswell.collect.folder import Found, walk
from groundswell.collect.good import require_good
from groundswell.collect.images import read_at_most
from groundswell.collect.source import Options, Origin, Place, one_line, printable
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import Drop, Item

MEDIA_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
}
SUFFIXES = tuple(MEDIA_TYPES)


@dataclass(frozen=True)
class Audio:
    """The recordings below a folder, at any depth, in the order of names; or one file.

    Of each the head is read: what is not what its name says is set aside. The item holds the file's own bytes;
    `meta` has `duration_seconds` where the head says it (WAV and FLAC), and `folder` where the recording lies in a
    folder below the given one.
    """

    place: Place
    options: Options
    name: ClassVar[str] = "audio"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a folder with a recording in it, and a recording."""
        return place.folder_has(*SUFFIXES) or place.file_ends_with(*SUFFIXES)

    @classmethod
    def open(cls, place: Place, options: Options) -> "Audio":
        """Return the source."""
        return cls(place, options)

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each recording."""
        origin = Origin(printable(self.place.spec), self.name, self.options)
        return require_good((_record(found, origin) for found in self._files()), origin.source)

    def describe(self) -> str:
        """Return what is read."""
        return f"recordings in {printable(self.place.spec)}"

    def size_bytes(self) -> int:
        """Return the size of all files in the folder."""
        return self.place.size_bytes

    def _files(self) -> Iterator[Found]:
        path = self.place.path
        if self.place.kind == "file":
            return iter([Found(path, printable(path.name), self.place.size_bytes)])
        return walk(path)


def _record(found: Found, origin: Origin) -> Item | Drop:
    if found.reason:
        return found.set_aside(origin)
    if found.suffix not in SUFFIXES:
        detail = f"{found.suffix or 'no suffix'}: no recording"
        return origin.refusal(found.relative, "file:unsupported", detail)
    try:
        data = read_at_most(found.path, origin.options.max_item_bytes)
        seconds = duration(data, found.suffix)
    except OSError as error:
        return origin.failure(found.relative, "file:unreadable", error.strerror or str(error))
    except TooLarge as error:
        return origin.failure(found.relative, "item:too_large", str(error))
    except UnreadableSource as error:
        return origin.failure(found.relative, "audio:broken", str(error))
    meta: dict[str, object] = {} if seconds is None else {"duration_seconds": round(seconds, 3)}
    if "/" in found.relative:
        meta["folder"] = found.relative.rpartition("/")[0]
    return origin.audio(data, MEDIA_TYPES[found.suffix], found.relative, meta)


def duration(data: bytes, suffix: str) -> float | None:
    """Return how long a recording is, in seconds, or None where its head does not say.

    Args:
        data: the encoded bytes.
        suffix: which of `SUFFIXES` its name has.

    Raises:
        UnreadableSource: it does not begin as a recording of this kind does.
    """
    if suffix == ".wav":
        return _of_wav(data)
    if suffix == ".flac":
        return _of_flac(data)
    begins = {
        ".mp3": data[:3] == b"ID3" or (data[:1] == b"\xff" and data[1:2] >= b"\xe0"),
        ".ogg": data[:4] == b"OggS",
        ".m4a": data[4:8] == b"ftyp",
    }
    if not begins[suffix]:
        raise UnreadableSource(f"does not begin as a {suffix} file does")
    return None


def _of_wav(data: bytes) -> float | None:
    """Return the length of a WAV file; None where it holds other samples than the standard library reads."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise UnreadableSource("does not begin as a .wav file does")
    if data[20:22] != b"\x01\x00":  # samples that are no whole numbers, as 32-bit floats
        return None
    try:
        with wave.open(io.BytesIO(data)) as file:
            frames, rate = file.getnframes(), file.getframerate()
            size_bytes = frames * file.getnchannels() * file.getsampwidth()
    except (wave.Error, EOFError) as error:
        raise UnreadableSource(f"a damaged head: {one_line(str(error)) or 'it ends early'}") from error
    if rate <= 0 or size_bytes > len(data):
        raise UnreadableSource(f"the file ends before its {frames:,} samples do")
    return float(frames / rate)


def _of_flac(data: bytes) -> float | None:
    """Return the length of a FLAC file, from the block STREAMINFO that it begins with; None where that is 0.

    Source:
        RFC 9639, section 8.2: 20 bits of samples a second, 3 of channels, 5 of bits a sample, 36 of samples.
    """
    if data[:4] != b"fLaC" or len(data) < 42 or data[4] & 0x7F != 0:
        raise UnreadableSource("does not begin as a .flac file does")
    packed = int.from_bytes(data[18:26], "big")
    rate, samples = packed >> 44, packed & (2**36 - 1)
    if rate == 0:
        raise UnreadableSource("a damaged head: no samples a second")
    return samples / rate if samples else None
