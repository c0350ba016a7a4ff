"""The tables that validation needs beyond types and elements: invariants, bindings, profiles of types, extensions."""

import json

from rebuild import STRUCTURE, last_part, read_all

MAX_VALUE_SET = STRUCTURE + "elementdefinition-maxValueSet"
REGEX = STRUCTURE + "regex"

# Published invariants that cannot be evaluated as they stand: key -> (expression or "" for none, reason).
# An empty result is no proof, so it counts as broken; several texts forget that the element may be absent.
NAMED = ("name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')",
         "published without anchors, and as if the name were always there")
INVARIANT_CORRECTIONS = {
    "vs-1": ("$this is dateTime implies $this.toString().length() >= 8",
             "published as if the element were always a dateTime"),
    "per-1": ("start.hasValue().not() or end.hasValue().not() or ((start > end) contains true).not()",
              "2012 and 2012-05 cannot be compared, so they are not in the wrong order"),
    "mdd-1": ("whenHandedOver.empty() or whenPrepared.empty() or ((whenHandedOver < whenPrepared) contains true).not()",
              "dates of different precision cannot be compared, so they are not in the wrong order"),
    "rng-2": ("low.value.empty() or high.value.empty() or iif(low.code = high.code or low.code.empty() or "
              "high.code.empty(), low.value <= high.value, low <= high)",
              "quantities whose units are not of UCUM, such as TAB, cannot be compared as quantities"),
    "bdl-8": ("fullUrl.empty() or fullUrl.contains('/_history/').not()", "published as if fullUrl were always there"),
    "ras-2": ("probability.empty() or (probability is decimal implies (probability as decimal) <= 100)",
              "published as if probability were always there"),
    "md-1": ("max.empty() or max = '*' or max.toInteger() > 0", "published as if max were always there"),
    "que-7": ("operator = 'exists' implies (answer is boolean)", "the type is FHIR's boolean"),
    "con-3": ("clinicalStatus.exists() or verificationStatus.coding.where(system = "
              "'http://terminology.hl7.org/CodeSystem/condition-ver-status' and code = 'entered-in-error').exists() or "
              "category.coding.where(system = 'http://terminology.hl7.org/CodeSystem/condition-category' and "
              "code = 'problem-list-item').empty()", "published comparing a CodeableConcept with a text"),
}


# ---- invariants ---------------------------------------------------------------------------------------------


def base_definitions(folder):
    for definition in read_all(folder, "StructureDefinition"):
        if definition["kind"] != "logical" and definition.get("derivation") != "constraint":
            yield definition


def owner_of(path, paths):
    """(type, element): the whole type when the path is one with elements of its own, else an element of it."""
    if "." not in path or any(other.startswith(path + ".") for other in paths):
        return path, ""
    parent, member = path.rsplit(".", 1)
    return parent, member[:-3] if member.endswith("[x]") else member


def invariants(folder):
    rows = []
    for definition in base_definitions(folder):
        elements = definition["snapshot"]["element"]
        paths = [element["path"] for element in elements]
        inherited = {"ele-1", "ext-1"}
        if definition["type"] in ("Element", "Extension"):
            inherited = set() if definition["type"] == "Element" else {"ele-1"}
        for element in elements:
            path = element["path"]
            if not element["base"]["path"].startswith(definition["type"]) and path != definition["type"]:
                continue  # an inherited element; its own type says it
            for constraint in element.get("constraint", []):
                source = last_part(constraint.get("source", ""))
                foreign = source and source != definition["type"] and source != definition["id"]
                if constraint["key"] in inherited or foreign:
                    continue
                kind, member = owner_of(path, paths)
                row = {"type": kind, "element": member, "key": constraint["key"],
                       "severity": constraint["severity"],
                       "expression": " ".join(constraint.get("expression", "").split()),
                       "human": " ".join(constraint.get("human", "").split()), "remark": ""}
                if row["expression"] == "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')":
                    row["expression"], row["remark"] = NAMED
                if constraint["key"] in INVARIANT_CORRECTIONS:
                    row["expression"], row["remark"] = INVARIANT_CORRECTIONS[constraint["key"]]
                rows.append(row)
    rows.sort(key=lambda row: (row["type"], row["element"]))
    return rows


# ---- bindings -----------------------------------------------------------------------------------------------

def bindings(folder):
    """Extensible bindings, and the value sets that bound weaker bindings from outside."""
    rows = []
    for definition in base_definitions(folder):
        for element in definition["snapshot"]["element"][1:]:
            path = element["path"]
            binding = element.get("binding")
            if binding is None or not element["base"]["path"].startswith(definition["type"] + "."):
                continue
            parent, member = path.rsplit(".", 1)
            highest = [e["valueCanonical"] for e in binding.get("extension", []) if e["url"] == MAX_VALUE_SET]
            if binding["strength"] != "extensible" and not highest:
                continue
            rows.append({"type": parent, "element": member.removesuffix("[x]"), "strength": binding["strength"],
                         "value_set": binding.get("valueSet", "").split("|")[0],
                         "max_value_set": highest[0].split("|")[0] if highest else ""})
    rows.sort(key=lambda row: (row["type"], row["element"]))
    return rows


# ---- primitives and profiles of element types ---------------------------------------------------------------


def primitives(folder):
    rows = []
    for definition in base_definitions(folder):
        if definition["kind"] != "primitive-type":
            continue
        for element in definition["snapshot"]["element"]:
            for entry in element.get("type", []) if element["path"].endswith(".value") else []:
                regex = [e["valueString"] for e in entry.get("extension", []) if e["url"] == REGEX]
                rows.append({"type": definition["type"], "regex": regex[0] if regex else ""})
    return rows


def type_profiles(folder):
    """Elements whose type is a profile of a data type: Range.low is a SimpleQuantity."""
    rows = []
    for definition in base_definitions(folder):
        for element in definition["snapshot"]["element"][1:]:
            profiles = [profile for entry in element.get("type", []) for profile in entry.get("profile", [])]
            if profiles:
                parent, member = element["path"].rsplit(".", 1)
                rows.append({"type": parent, "element": member.removesuffix("[x]"), "profiles": " ".join(profiles)})
    rows.sort(key=lambda row: (row["type"], row["element"]))
    return rows


# ---- profiles and extensions --------------------------------------------------------------------------------

KEPT = ("id", "path", "sliceName", "slicing", "min", "max", "maxLength", "mustSupport", "isModifier",
        "contentReference")


def compact_element(element, source):
    out = {key: element[key] for key in KEPT if key in element}
    if "slicing" in out:
        out["slicing"] = {key: value for key, value in out["slicing"].items() if key not in ("id", "description")}
    if out.get("mustSupport") is False:
        del out["mustSupport"]
    for key, value in element.items():
        if key.startswith(("fixed", "pattern", "minValue", "maxValue")):
            out[key] = value
    if "type" in element:
        out["type"] = [{key: entry[key] for key in ("code", "profile", "targetProfile") if key in entry}
                       for entry in element["type"]]
    if "valueSet" in element.get("binding", {}):
        out["binding"] = {"strength": element["binding"]["strength"], "valueSet": element["binding"]["valueSet"]}
    own = [{key: constraint[key] for key in ("key", "severity", "human", "expression") if key in constraint}
           for constraint in element.get("constraint", [])
           if constraint["key"] not in ("ele-1", "ext-1") and constraint.get("source", source) == source
           and not constraint["key"].startswith("dom-")]
    for constraint in own:
        if constraint["key"] in INVARIANT_CORRECTIONS:
            constraint["expression"] = INVARIANT_CORRECTIONS[constraint["key"]][0]
    if own:
        out["constraint"] = own
    return out


def published_profiles(folder):
    """Profiles and extensions of R4, one StructureDefinition a line, with what validation reads and no more."""
    lines = []
    for definition in read_all(folder, "StructureDefinition"):
        if definition.get("derivation") != "constraint" or "example" in definition["id"]:
            continue
        out = {"resourceType": "StructureDefinition", "url": definition["url"], "name": definition["name"],
               "status": definition["status"], "kind": definition["kind"], "abstract": definition["abstract"]}
        if "context" in definition:
            out["context"] = definition["context"]
            if definition["id"] == "structuredefinition-fhir-type":
                # All definitions of R4 have it at the type, not at its code as its own definition says.
                out["context"] = out["context"] + [{"type": "element", "expression": "ElementDefinition.type"}]
        if "contextInvariant" in definition:
            out["contextInvariant"] = definition["contextInvariant"]
        out["type"] = definition["type"]
        out["baseDefinition"] = definition["baseDefinition"]
        out["derivation"] = "constraint"
        out["differential"] = {"element": [compact_element(element, definition["url"])
                                           for element in definition["differential"]["element"]]}
        lines.append((definition["type"] != "Extension", definition["url"],
                      json.dumps(out, ensure_ascii=False, separators=(",", ":"))))
    lines.sort()
    return [line for _, _, line in lines]


def rebuild_rules(folder, tables, write_table):
    """Writes all tables of this file."""
    write_table(f"{tables}/invariants.tsv",
                ["type", "element", "key", "severity", "expression", "human", "remark"], invariants(folder))
    write_table(f"{tables}/bindings.tsv", ["type", "element", "strength", "value_set", "max_value_set"],
                bindings(folder))
    write_table(f"{tables}/primitives.tsv", ["type", "regex"], primitives(folder))
    write_table(f"{tables}/type_profiles.tsv", ["type", "element", "profiles"], type_profiles(folder))
    lines = published_profiles(folder)
    with open(f"{tables}/profiles.ndjson", "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{tables}/profiles.ndjson: {len(lines)} definitions")
