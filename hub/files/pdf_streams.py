"""The bytes of the streams of a PDF: unpacked within limits, cut where they end.

Belongs here: filters, predictors, what hides behind the end of packed data, metadata
inside JPEG and JPEG 2000. Which streams are carried at all: pdf_copy.py.
"""

import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, StreamDecodeLevel

from hub.files import limits
from hub.files.pdf_pictures import check_picture, without_metadata
from hub.files.refusals import FileRefused, Reason

SHORT_NAMES = {
    "/A85": "/ASCII85Decode",
    "/AHx": "/ASCIIHexDecode",
    "/CCF": "/CCITTFaxDecode",
    "/DCT": "/DCTDecode",
    "/Fl": "/FlateDecode",
    "/LZW": "/LZWDecode",
    "/RL": "/RunLengthDecode",
}
GENERAL = {"/ASCII85Decode", "/ASCIIHexDecode", "/LZWDecode", "/RunLengthDecode"}
FLATE = "/FlateDecode"
PICTURES = {"/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode"}
PARAMETERS = {
    *("/Predictor", "/Colors", "/BitsPerComponent", "/Columns", "/EarlyChange"),
    *("/K", "/EndOfLine", "/EncodedByteAlign", "/Rows", "/EndOfBlock", "/BlackIs1"),
    *("/DamagedRowsBeforeError", "/ColorTransform"),
}
BIGGEST = {
    "/Columns": limits.MAX_SIDE_PIXELS * 4,
    "/Rows": limits.MAX_SIDE_PIXELS * 4,
    "/Colors": 32,
    "/BitsPerComponent": 16,
}
CHUNK_BYTES = 1 << 20

Filters = list[tuple[str, dict[str, object]]]


def limit_library() -> None:
    """Hold qpdf itself to our numbers; once per process, before a file is opened."""
    most = limits.MAX_STREAM_BYTES
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=200_000,
        parser_max_nesting=limits.MAX_OBJECT_DEPTH,
        max_stream_filters=limits.MAX_STREAM_FILTERS,
        flate_max_memory=most,
        run_length_max_memory=most,
        png_max_memory=most,
        tiff_max_memory=most,
        dct_max_memory=most,
    )


class Carrier:
    """Carries streams of one file, and counts what they unpack to together."""

    def __init__(self) -> None:
        self._bytes = 0

    def carry(self, stream: Object, new: Pdf) -> Stream:
        """A stream of `new` with the same content, and no key but its filters.

        Raises `FileRefused` TOO_BIG_INSIDE. What no reader could unpack is empty.
        """
        check_picture(stream)
        data, filters = self.unpack(stream)
        carried = Stream(new, data)
        if filters:
            carried["/Filter"] = Array([Name(name) for name, _parameters in filters])
            carried["/DecodeParms"] = Array(
                [Dictionary(parameters) for _name, parameters in filters]
            )
        globals_ = _globals_of(stream)
        if globals_ is not None and filters and filters[-1][0] == "/JBIG2Decode":
            carried["/DecodeParms"][-1]["/JBIG2Globals"] = self.carry(globals_, new)
        return carried

    def unpack(self, stream: Object) -> tuple[bytes, Filters]:
        """Its bytes with at most Flate or the coding of a picture left, and which.

        Raises `FileRefused` TOO_BIG_INSIDE.
        """
        if "/F" in stream:  # the content is said to lie in another file
            return b"", []
        data, filters = stream.read_raw_bytes(), _filters(stream)
        self._count(len(data))
        while filters and filters[0][0] in GENERAL:
            data = _step(data, *filters.pop(0))
            self._count(len(data))
        if [name for name, _parameters in filters] == [FLATE]:
            # A picture is shown line by line, anything else is held as a whole.
            wide = "/Width" in stream
            most = limits.MAX_STREAMS_BYTES if wide else limits.MAX_STREAM_BYTES
            return self._cut(data, filters, most)
        while filters and filters[0][0] in GENERAL | {FLATE}:
            data = _step(data, *filters.pop(0))
            self._count(len(data))
        if filters and (len(filters) > 1 or filters[0][0] not in PICTURES):
            return b"", []
        if filters:
            data = without_metadata(data, filters[0][0])
        return data, filters

    def _cut(self, data: bytes, filters: Filters, most: int) -> tuple[bytes, Filters]:
        """Flate stays packed: only what comes behind its end is left out."""
        inflater, size = zlib.decompressobj(), 0
        try:
            for piece in _inflated(inflater, data):
                size += len(piece)
                self._count(len(piece))
                if size > most:
                    raise FileRefused(Reason.TOO_BIG_INSIDE, "one stream")
        except zlib.error:
            # Readers show what comes before the damage. So do we, and nothing else.
            return zlib.compress(_first(data, size)), filters
        return data[: len(data) - len(inflater.unused_data)], filters

    def _count(self, size: int) -> None:
        self._bytes += size
        if size > limits.MAX_STREAM_BYTES:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "one stream")
        if self._bytes > limits.MAX_STREAMS_BYTES:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "all streams")


def _inflated(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    rest = data
    while rest and not inflater.eof:
        piece = inflater.decompress(rest, CHUNK_BYTES)
        rest = inflater.unconsumed_tail
        if not piece:
            break
        yield piece


def _first(data: bytes, size: int) -> bytes:
    """The first `size` bytes that come out of damaged data."""
    return zlib.decompressobj().decompress(data, size) if size else b""


def _step(data: bytes, name: str, parameters: dict[str, object]) -> bytes:
    """Undo one filter. qpdf ends beyond the limits that `limit_library` gave it."""
    document = pikepdf.new()
    scratch = Stream(document, data)
    scratch["/Filter"] = Name(name)
    if parameters:
        scratch["/DecodeParms"] = Dictionary(parameters)
    try:
        return scratch.read_bytes(StreamDecodeLevel.specialized)
    except (pikepdf.PdfError, RuntimeError) as error:
        if "limit" in str(error):
            raise FileRefused(Reason.TOO_BIG_INSIDE, "one stream") from error
        return b""


def _filters(stream: Object) -> Filters:
    """Its filters under their long names, each with the parameters that we carry."""
    names = _listed(stream.get("/Filter", stream.get("/F")))
    several = _listed(stream.get("/DecodeParms", stream.get("/DP")))
    if len(names) > limits.MAX_STREAM_FILTERS:
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"{len(names)} filters")
    filters = []
    for place, name in enumerate(names):
        parameters = several[place] if place < len(several) else None
        filters.append((SHORT_NAMES.get(str(name), str(name)), _carried(parameters)))
    return [step for step in filters if step[0] != "/Crypt"]


def _carried(parameters: object) -> dict[str, object]:
    if not isinstance(parameters, Dictionary):
        return {}
    carried: dict[str, object] = {}
    for key in PARAMETERS:
        value = parameters.get(key)
        if isinstance(value, int):  # and bool
            if value > BIGGEST.get(key, value):
                raise FileRefused(Reason.TOO_BIG_INSIDE, f"{key} {value}")
            carried[key] = value
    return carried


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _globals_of(stream: Object) -> Object | None:
    """What the JBIG2 pictures of a file share."""
    for parameters in _listed(stream.get("/DecodeParms")):
        if isinstance(parameters, Dictionary):
            found = parameters.get("/JBIG2Globals")
            if isinstance(found, Stream):
                return found
    return None
