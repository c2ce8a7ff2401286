"""Events against the schemas that they are written in: OCSF, ECS and CEF. What is wrong, as sentences."""

import json
import re
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"

# Fields of ECS 8 that the copy under tests/data does not hold, from its reference.
MORE_ECS = {"@timestamp": "date", "message": "match_only_text", "ecs.version": "keyword", "organization.id": "keyword", "observer.vendor": "keyword",
            "observer.product": "keyword", "observer.version": "keyword", "rule.id": "keyword", "rule.name": "keyword", "rule.version": "keyword",
            "source.geo.country_iso_code": "keyword", "source.as.number": "long"}

# Keys of the extension dictionary of CEF (ArcSight Common Event Format, version 0), with their longest values.
CEF_KEYS = {"rt": 32, "start": 32, "externalId": 40, "cat": 1023, "outcome": 63, "reason": 1023, "act": 63, "suid": 1023, "spriv": 1023,
            "sourceServiceName": 1023, "msg": 1023}
CEF_KEYS |= {f"cs{n}": 4000 for n in range(1, 7)} | {f"cs{n}Label": 1023 for n in range(1, 7)}
CEF_KEYS |= {f"cn{n}": 20 for n in range(1, 4)} | {f"cn{n}Label": 1023 for n in range(1, 4)}
CEF_KEYS |= {f"flexString{n}": 1023 for n in (1, 2)} | {f"flexString{n}Label": 128 for n in (1, 2)}


class Ocsf:
    """The compiled schema of one version."""

    def __init__(self, version):
        self.schema = json.loads((DATA / "ocsf_schema" / f"{version}.json").read_text())
        self.classes = {one.get("uid", 0): one for one in self.schema["classes"].values()}

    def faults(self, event):
        kind = self.classes.get(event.get("class_uid"))
        if kind is None:
            return [f"class_uid {event.get('class_uid')} is not known"]
        out = list(self._object(kind, event, ""))
        if event.get("type_uid") != event["class_uid"] * 100 + event.get("activity_id", -1):
            out.append("type_uid is not made of class and activity")
        if event.get("class_name") != kind["caption"]:
            out.append(f"class_name is {event.get('class_name')}")
        return out

    def _object(self, kind, value, path):
        attributes = kind["attributes"]
        for name, attribute in attributes.items():
            if attribute.get("requirement") == "required" and name not in value:
                yield f"{path}{name} is missing"
        for name, rule in (kind.get("constraints") or {}).items():
            there = sum(one in value for one in rule)
            # No factor that is written here has one of those of auth_factor, which are of a factor that was just enrolled.
            if (name == "at_least_one" and there < 1) or (name == "just_one" and there > 1):
                yield f"{path or 'event'}: {name} of {rule}"
        for name, inner in value.items():
            attribute = attributes.get(name)
            if attribute is None:
                if attributes:
                    yield f"{path}{name} is not known"
                continue
            if attribute.get("is_array"):
                if not isinstance(inner, list):
                    yield f"{path}{name} is no list"
                    continue
                for one in inner:
                    yield from self._value(attribute, one, f"{path}{name}")
            else:
                yield from self._value(attribute, inner, f"{path}{name}")
            if "enum" in attribute and "sibling" in attribute and not isinstance(inner, list):
                yield from self._sibling(attribute, inner, value, f"{path}{name}")

    def _sibling(self, attribute, number, value, path):
        caption, text = attribute["enum"].get(str(number)), value.get(attribute["sibling"])
        if number == 99 and not text:
            yield f"{path} is 99 and {attribute['sibling']} does not say what"
        elif number != 99 and text is not None and text != caption:
            yield f"{path} is {number}, which is {caption} and not {text}"

    def _value(self, attribute, value, path):
        if attribute["type"] == "object_t":
            if not isinstance(value, dict):
                yield f"{path} is no object"
            elif attribute["object_type"] != "object":
                yield from self._object(self.schema["objects"][attribute["object_type"]], value, path + ".")
            return
        if "enum" in attribute and str(value) not in attribute["enum"]:
            yield f"{path} is {value}, which is none of {sorted(attribute['enum'])}"
        yield from self._scalar(attribute["type"], value, path)

    def _scalar(self, name, value, path):
        kind = self.schema["types"].get(name, {})
        base = kind.get("type", name)
        fits = {"string_t": str, "integer_t": int, "long_t": int, "boolean_t": bool, "float_t": float}.get(base)
        if fits and (not isinstance(value, fits) or (fits is int and isinstance(value, bool))):
            yield f"{path} is no {base}"
            return
        if "regex" in kind and not re.search(kind["regex"], str(value)):
            yield f"{path} does not look like {name}"
        if "max_len" in kind and len(str(value)) > kind["max_len"]:
            yield f"{path} is longer than {kind['max_len']}"
        if "range" in kind and not kind["range"][0] <= value <= kind["range"][1]:
            yield f"{path} is out of range"


class Ecs:
    def __init__(self):
        copy = json.loads((DATA / "ecs_schema" / "fields.json").read_text())
        self.fields = copy["fields"] | {name: {"type": kind} for name, kind in MORE_ECS.items()}
        self.allowed = copy["allowed_values"]

    def faults(self, event):
        for name in ("@timestamp", "ecs"):
            if name not in event:
                yield f"{name} is missing"
        yield from self._walk({name: value for name, value in event.items() if name != "countersign"}, "")
        what = event.get("event", {})
        for category in what.get("category", []):
            for kind in what.get("type", []):
                if kind not in self.allowed["event.category"].get(category, [kind]):
                    yield f"event.type {kind} does not go with {category}"

    def _walk(self, value, path):
        for name, inner in value.items():
            full = f"{path}{name}"
            if isinstance(inner, dict):
                yield from self._walk(inner, full + ".")
                continue
            field = self.fields.get(full)
            if field is None:
                yield f"{full} is no field of ECS"
                continue
            if isinstance(inner, list) != field.get("array", False):
                yield f"{full}: a list where none belongs, or none where one does"
            for one in inner if isinstance(inner, list) else [inner]:
                number = field["type"] in ("long", "float")
                if number != (isinstance(one, (int, float)) and not isinstance(one, bool)):
                    yield f"{full} is no {field['type']}"
                if field["type"] == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", str(one)):
                    yield f"{full} is no date"
                if full in self.allowed and one not in self.allowed[full]:
                    yield f"{full} is {one}, which ECS does not have"


def parse_cef(line):
    """(fields of the header, extension) of a line, read as the specification says."""
    header, rest = [], line
    for _ in range(7):
        match = re.match(r"((?:[^|\\]|\\[|\\])*)\|", rest)
        if not match:
            raise ValueError("the header has fewer than seven fields: " + line)
        header.append(re.sub(r"\\([|\\])", r"\1", match[1]))
        rest = rest[match.end():]
    extension = {}
    for match in re.finditer(r"([A-Za-z0-9]+)=((?:[^=\\]|\\[=\\nr])*?)(?= [A-Za-z0-9]+=|$)", rest):
        if match[1] in extension:
            raise ValueError(f"{match[1]} stands twice: {line}")
        extension[match[1]] = re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), match[2])
    again = " ".join(f"{key}=" + value.replace("\\", "\\\\").replace("=", "\\=").replace("\n", "\\n").replace("\r", "\\r")
                     for key, value in extension.items())
    if again != rest:
        raise ValueError("the extension is not made of pairs alone: " + rest)
    return header, extension


def cef_faults(line):
    try:
        header, extension = parse_cef(line)
    except ValueError as error:
        return [str(error)]
    out = []
    if header[0] != "CEF:0" or not 0 <= int(header[6]) <= 10:
        out.append(f"header {header}")
    for key, value in extension.items():
        if key not in CEF_KEYS:
            out.append(f"{key} is not in the dictionary")
        elif len(value) > CEF_KEYS[key]:
            out.append(f"{key} is longer than {CEF_KEYS[key]}")
        if key in ("rt", "start", "cn1", "cn2", "cn3") and not value.isdigit():
            out.append(f"{key} is no number")
        if key.startswith(("cs", "cn", "flexString")) and not key.endswith("Label") and key + "Label" not in extension:
            out.append(f"{key} has no label")
    return out
