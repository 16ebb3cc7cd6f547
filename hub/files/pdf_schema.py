"""What a rebuilt PDF may hold: context -> key -> context of its value. Nothing else.

A table, no code. Numbers, names, strings and arrays are carried everywhere a key is
listed; dictionaries and streams only under a listed context. So whatever is not named
here (actions, scripts, files, forms, media, metadata, signatures, private data, and
every key that a later version invents) does not exist in the result. Keys: ISO 32000-2.
"""

DATA = "data"  # no dictionary, no stream

# Any key; each value in the context that is named.
MAPS = {
    "gstates": "gstate",
    "colours": "colour",
    "patterns": "pattern",
    "shadings": "shading",
    "xobjects": "xobject",
    "fonts": "font",
    "properties": "property",
    "glyphs": "content",
    "names": DATA,
}

# Where a stream may stand.
STREAMS = {
    *("content", "xobject", "pattern", "shading", "function", "colour"),
    *("encoding", "bytes", "fontfile", "lookup"),
}

_FUNCTION = (
    "FunctionType Domain Range Size BitsPerSample Order Encode Decode C0 C1 N Bounds"
)


def _data(keys: str) -> dict[str, str]:
    return {f"/{key}": DATA for key in keys.split()}


SCHEMA: dict[str, dict[str, str]] = {
    "catalog": {
        **_data("Lang PageLayout"),
        "/MarkInfo": "mark info",
        "/ViewerPreferences": "preferences",
        "/PageLabels": "labels",
        "/OCProperties": "layers",
    },
    "mark info": _data("Marked Suspects UserProperties"),
    "preferences": _data("Direction"),
    "labels": {**_data("Type S P St Limits"), "/Kids": "labels", "/Nums": "labels"},
    "layers": {"/OCGs": "property", "/D": "layer setting"},
    "layer setting": {
        **_data("Name BaseState ListMode Intent"),
        "/ON": "property",
        "/OFF": "property",
        "/Order": "property",
        "/RBGroups": "property",
        "/Locked": "property",
    },
    "page": {
        **_data("MediaBox CropBox BleedBox TrimBox ArtBox Rotate UserUnit Tabs"),
        **_data("StructParents"),
        "/Resources": "resources",
        "/Contents": "content",
        "/Group": "group",
    },
    "group": {**_data("Type S I K"), "/CS": "colour"},
    "content": {"/Resources": "resources"},
    "resources": {
        **_data("ProcSet"),
        "/ExtGState": "gstates",
        "/ColorSpace": "colours",
        "/Pattern": "patterns",
        "/Shading": "shadings",
        "/XObject": "xobjects",
        "/Font": "fonts",
        "/Properties": "properties",
    },
    "property": {
        **_data("Type Subtype MCID ActualText Alt E Lang Name Intent P VE BBox"),
        **_data("Attached"),
        "/OCGs": "property",
    },
    "gstate": {
        **_data("Type LW LC LJ ML D RI OP op OPM FL SM SA BM CA ca AIS TK"),
        "/Font": "font",
        "/SMask": "soft mask",
        "/BG": "function",
        "/BG2": "function",
        "/UCR": "function",
        "/UCR2": "function",
        "/TR": "function",
        "/TR2": "function",
    },
    "soft mask": {**_data("Type S BC"), "/G": "xobject", "/TR": "function"},
    "colour": {
        **_data("WhitePoint BlackPoint Gamma Matrix Range N Subtype Components"),
        **_data("Solidities PrintingOrder DotGain"),
        **_data(_FUNCTION),
        "/Alternate": "colour",
        "/Colorants": "colours",
        "/Process": "colour",
        "/ColorSpace": "colour",
        "/MixingHints": "colour",
        "/Functions": "function",
    },
    "function": {**_data(_FUNCTION), "/Functions": "function"},
    "pattern": {
        **_data("Type PatternType PaintType TilingType BBox XStep YStep Matrix"),
        "/Resources": "resources",
        "/Shading": "shading",
        "/ExtGState": "gstate",
    },
    "shading": {
        **_data("ShadingType Background BBox AntiAlias Coords Domain Extend Matrix"),
        **_data("BitsPerCoordinate BitsPerComponent BitsPerFlag Decode"),
        **_data("VerticesPerRow"),
        "/ColorSpace": "colour",
        "/Function": "function",
    },
    "xobject": {
        **_data("Type Subtype FormType BBox Matrix StructParent StructParents Name"),
        **_data("Width Height BitsPerComponent Intent ImageMask Decode Interpolate"),
        **_data("SMaskInData Matte"),
        "/Resources": "resources",
        "/Group": "group",
        "/OC": "property",
        "/ColorSpace": "colour",
        "/Mask": "xobject",
        "/SMask": "xobject",
    },
    "font": {
        **_data("Type Subtype BaseFont Name FirstChar LastChar Widths DW W DW2 W2"),
        **_data("FontBBox FontMatrix"),
        "/FontDescriptor": "descriptor",
        "/Encoding": "encoding",
        "/ToUnicode": "encoding",
        "/DescendantFonts": "font",
        "/CIDSystemInfo": "system info",
        "/CIDToGIDMap": "bytes",
        "/CharProcs": "glyphs",
        "/Resources": "resources",
    },
    "system info": _data("Registry Ordering Supplement"),
    "encoding": {
        **_data("Type BaseEncoding Differences CMapName WMode"),
        "/CIDSystemInfo": "system info",
        "/UseCMap": "encoding",
    },
    "descriptor": {
        **_data("Type FontName FontFamily FontStretch FontWeight Flags FontBBox"),
        **_data("ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH"),
        **_data("AvgWidth MaxWidth MissingWidth CharSet Lang"),
        "/FontFile": "fontfile",
        "/FontFile2": "fontfile",
        "/FontFile3": "fontfile",
        "/CIDSet": "bytes",
        "/Style": "style",
    },
    "style": _data("Panose"),
    "fontfile": _data("Length1 Length2 Length3 Subtype"),
    "bytes": {},
    # Tags for screen readers. References to annotations end here: none are left.
    "tags": {
        **_data("Type S T Lang Alt E ActualText MCID R ParentTreeNextKey Limits"),
        "/P": "tags",
        "/K": "tags",
        "/Kids": "tags",
        "/Nums": "tags",
        "/ParentTree": "tags",
        "/Pg": "page reference",
        "/Stm": "xobject",
        "/A": "attributes",
        "/RoleMap": "names",
    },
    "attributes": _data("O Scope ColSpan RowSpan Headers Summary ListNumbering"),
}
