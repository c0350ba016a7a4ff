#!/usr/bin/env python3
"""Makes r4/code_systems.tsv and r4/value_sets.tsv from HL7's package (see ../README.md).

    python3 fhir/definitions/rebuild/code_systems.py package

Carried are the value sets of required, extensible and preferred bindings of R4's types and resources, and of required and
extensible ones of its profiles and extensions, with all that they are made of, the code systems that these name, and the code systems of example bindings that HL7 itself keeps.
SNOMED CT is not carried: an include of it keeps the system alone. Of systems kept elsewhere (LOINC, DICOM) only the
codes that a value set lists are carried, in the value set.
"""
import glob
import json
import os
import sys

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "r4")
STRENGTHS = {"required", "extensible", "preferred", "example"}
PROFILE_STRENGTHS = {"required", "extensible"}
WHOLE_VALUE_SETS = {"required", "extensible", "preferred"}
NOT_CARRIED = {"http://snomed.info/sct"}
OWNERS = ("http://hl7.org/fhir/", "http://terminology.hl7.org/CodeSystem/")
# Too large for their use here, and kept by others.
ELSEWHERE = {"http://dicom.nema.org/resources/ontology/DCM"}
# A longer list of another system's codes is left out; its system alone remains, and is not known.
MOST_LISTED = 600
PROPERTIES = "http://hl7.org/fhir/concept-properties#"
# Used by the mappings of this project and by no binding above.
MORE_SYSTEMS = {
    "http://terminology.hl7.org/CodeSystem/v2-0074",
    "http://terminology.hl7.org/CodeSystem/v2-0078",
    "http://terminology.hl7.org/CodeSystem/v2-0085",
    "http://terminology.hl7.org/CodeSystem/v2-0123",
    "http://terminology.hl7.org/CodeSystem/v2-0203",
    "http://terminology.hl7.org/CodeSystem/v2-0487",
}


def read(folder, kind):
    out = {}
    for path in sorted(glob.glob(os.path.join(folder, kind + "-*.json"))):
        with open(path, encoding="utf-8") as file:
            resource = json.load(file)
        if resource.get("resourceType") == kind and "url" in resource:
            out[resource["url"]] = resource
    return out


def bindings(folder):
    found = {}
    for url, definition in read(folder, "StructureDefinition").items():
        if definition["kind"] == "logical" or "example" in definition["id"]:
            continue
        is_profile = definition.get("derivation") == "constraint"
        strengths = PROFILE_STRENGTHS if is_profile else STRENGTHS
        for element in definition.get("differential" if is_profile else "snapshot", {}).get("element", []):
            binding = element.get("binding", {})
            if binding.get("valueSet") and binding["strength"] in strengths:
                found.setdefault(binding["valueSet"].split("|")[0], set()).add(binding["strength"])
            for extension in binding.get("extension", []):  # maximum value sets
                if extension["url"].endswith("elementdefinition-maxValueSet"):
                    found.setdefault(extension["valueCanonical"].split("|")[0], set()).add("required")
    return found


def clean(text):
    return " ".join(str(text or "").split())


def bare(url):
    """One published system (v2-0360) has its version in its url."""
    return url.split("|")[0]


def parts(value_set):
    compose = value_set.get("compose", {})
    return [("include", part) for part in compose.get("include", [])] + [
        ("exclude", part) for part in compose.get("exclude", [])]


def close(start, value_sets):
    """The value sets, and those that they name."""
    seen, todo = set(), list(start)
    while todo:
        url = todo.pop()
        if url in seen or url not in value_sets:
            continue
        seen.add(url)
        for _, part in parts(value_sets[url]):
            todo += [name.split("|")[0] for name in part.get("valueSet", [])]
    return seen


def roles(system):
    out = {}
    for definition in system.get("property", []):
        uri = definition.get("uri", "")
        if uri.startswith(PROPERTIES):
            out[definition["code"]] = uri[len(PROPERTIES):]
    return out


def concepts(system):
    """(code, display, parents, flags) in the resource's order."""
    role_of, rows, place, children = roles(system), [], {}, []

    def walk(concept, parents):
        flags, status = "", ""
        for prop in concept.get("property", []):
            role = role_of.get(prop["code"], prop["code"])
            value = next((prop[key] for key in prop if key.startswith("value")), None)
            if role in ("notSelectable", "abstract") and value is True:
                flags = "A"
            if role == "status":
                status = str(value)
            if role == "inactive" and value is True:
                status = "retired"
            if role == "child":
                children.append((concept["code"], value))
        place[concept["code"]] = len(rows)
        rows.append([concept["code"], clean(concept.get("display")), list(parents), flags, status])
        for child in concept.get("concept", []):
            walk(child, [concept["code"]])

    for concept in system.get("concept", []):
        walk(concept, [])
    for parent, child in children:
        if child in place and parent not in rows[place[child]][2]:
            rows[place[child]][2].append(parent)
    return rows


def write_code_systems(systems):
    with open(os.path.join(OUT, "code_systems.tsv"), "w", encoding="utf-8", newline="\n") as file:
        file.write("row\tcode_or_url\tdisplay_or_name\tparents_or_version\tflags\tstatus\tvalue_set_or_chinese\n")
        for system in systems:
            flags = [system["content"]]
            if system.get("caseSensitive") is False:
                flags.append("case-insensitive")
            if system.get("hierarchyMeaning"):
                flags.append(system["hierarchyMeaning"])
            file.write("\t".join(["system", bare(system["url"]), clean(system.get("name")), system.get("version", ""),
                                  " ".join(flags), system["status"], system.get("valueSet", "")]) + "\n")
            for code, display, parents, mark, status in concepts(system):
                assert "\t" not in code and " " not in "".join(parents)
                file.write("\t".join(["concept", code, display, " ".join(parents), mark, status])+ "\n")


def write_value_sets(sets):
    with open(os.path.join(OUT, "value_sets.tsv"), "w", encoding="utf-8", newline="\n") as file:
        file.write("row\turl_or_system_or_code\tname_or_version_or_display\tversion_or_value_sets\tstatus\n")
        for value_set in sets:
            file.write("\t".join(["value_set", value_set["url"], clean(value_set.get("name")),
                                  value_set.get("version", ""), value_set["status"]]) + "\n")
            for kind, part in parts(value_set):
                file.write("\t".join([kind, bare(part.get("system", "")), part.get("version", ""),
                                      " ".join(part.get("valueSet", []))])+ "\n")
                if part.get("system") in NOT_CARRIED or len(part.get("concept", [])) > MOST_LISTED:
                    continue
                for concept in part.get("concept", []):
                    file.write("\t".join(["concept", concept["code"], clean(concept.get("display"))])+ "\n")
                for rule in part.get("filter", []):
                    file.write("\t".join(["filter", rule["property"], rule["op"], rule["value"], ""]) + "\n")


def main(folder):
    value_sets, systems = read(folder, "ValueSet"), read(folder, "CodeSystem")
    bound = bindings(folder)
    whole = close([url for url, strengths in bound.items() if strengths & WHOLE_VALUE_SETS], value_sets)
    named = set(MORE_SYSTEMS)
    for url in close(bound, value_sets):
        for _, part in parts(value_sets[url]):
            system = part.get("system", "")
            if url in whole or system.startswith(OWNERS):
                named.add(system)
    carried = [systems[url] for url in sorted(named)
               if url in systems and url not in ELSEWHERE and systems[url]["content"] != "not-present"]
    write_code_systems(carried)
    write_value_sets([value_sets[url] for url in sorted(whole)])
    print(f"{len(carried)} code systems with {sum(len(concepts(s)) for s in carried)} concepts, {len(whole)} value sets")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
