#!/usr/bin/env python3
"""Remakes the tables in fhir/definitions/r4 from HL7's published definitions of FHIR R4 (4.0.1).

    rebuild.py PACKAGE_FOLDER [TABLE_FOLDER]

PACKAGE_FOLDER holds the JSON files of the package hl7.fhir.r4.examples@4.0.1, which carries all definitions.
Numbers of types and search parameters that a table holds already are kept; new ones follow the highest.
A number whose owner has gone is an error: databases hold these numbers.
"""

import json
import os
import re
import sys

STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
FHIR_TYPE = STRUCTURE + "structuredefinition-fhir-type"
UNBOUNDED = 65535
MOST_CODES = 600  # of one value set


def read_all(folder, prefix):
    for name in sorted(os.listdir(folder)):
        if name.startswith(prefix + "-") and name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                resource = json.load(file)
            if resource.get("resourceType") == prefix:
                yield resource


def last_part(url):
    return url.rsplit("/", 1)[-1]


# ---- types and elements -------------------------------------------------------------------------------------


def type_code(code_entry, path):
    code = code_entry["code"]
    if not code.startswith("http://hl7.org/fhirpath/"):
        return code
    if path == "Resource.id":  # R4 2.26: the type is id; the definition says string by mistake
        return "id"
    for extension in code_entry.get("extension", []):
        if extension["url"] == FHIR_TYPE:
            return extension.get("valueUrl") or extension["valueUri"]
    return "string"


def element_rows(definition, backbones):
    """Rows of the elements that this type adds; `backbones` gets (path, base) of its inner types."""
    name = definition["type"]
    elements = definition["snapshot"]["element"]
    rows = []
    for element in elements[1:]:
        path = element["path"]
        if element["base"]["path"] != path and not element["base"]["path"].startswith(name + "."):
            continue  # inherited
        if definition["kind"] == "primitive-type":
            continue  # `value` is the primitive itself
        parent, member = path.rsplit(".", 1)
        choice = member.endswith("[x]")
        types, targets = [], []
        if "contentReference" in element:
            types = [element["contentReference"].lstrip("#")]
        for entry in element.get("type", []):
            code = type_code(entry, path)
            if code in ("BackboneElement", "Element") and any(e["path"].startswith(path + ".") for e in elements):
                backbones.append((path, code))
                code = path
            types.append(code)
            for target in entry.get("targetProfile", []):
                if last_part(target) not in targets:
                    targets.append(last_part(target))
        binding = element.get("binding", {})
        flags = "".join(letter for letter, on in (("C", choice), ("M", element.get("isModifier")),
                                                  ("S", element.get("isSummary"))) if on)
        rows.append({
            "type": parent,
            "element": member[:-3] if choice else member,
            "types": " ".join(types),
            "min": str(element["min"]),
            "max": str(UNBOUNDED) if element["max"] == "*" else element["max"],
            "flags": flags,
            "binding": binding.get("valueSet", "").split("|")[0] if binding.get("strength") == "required" else "",
            "targets": " ".join(targets),
        })
    return rows


def kind_of(definition):
    if definition["abstract"]:
        return "abstract"
    return {"primitive-type": "primitive", "complex-type": "complex", "resource": "resource"}[definition["kind"]]


def types_and_elements(folder):
    order = {"abstract": 0, "primitive": 1, "complex": 2, "resource": 3, "backbone": 4}
    types, elements, backbones = [], [], []
    for definition in read_all(folder, "StructureDefinition"):
        if definition["kind"] == "logical" or definition.get("derivation") == "constraint":
            continue
        types.append({"name": definition["type"], "base": last_part(definition.get("baseDefinition", "")),
                      "kind": kind_of(definition)})
        elements.append((definition["type"], element_rows(definition, backbones)))
    types += [{"name": path, "base": base, "kind": "backbone"} for path, base in backbones]
    types.sort(key=lambda row: (order[row["kind"]], row["name"]))
    elements.sort(key=lambda pair: pair[0])
    return types, [row for _, rows in elements for row in rows]


# ---- search parameters --------------------------------------------------------------------------------------


def split_union(expression):
    """The operands of | at the top level, outer parentheses of a whole union removed."""
    expression = expression.strip()
    parts, depth, quoted, start = [], 0, False, 0
    for i, char in enumerate(expression):
        if char == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "|" and depth == 0:
            parts.append(expression[start:i].strip())
            start = i + 1
    parts.append(expression[start:].strip())
    if len(parts) == 1 and parts[0].startswith("(") and parts[0].endswith(")") and " | " in parts[0]:
        return split_union(parts[0][1:-1])
    return parts


def expression_for(expression, base, resource_types):
    """The part of a search parameter's expression that speaks of `base`."""
    mine = []
    for part in split_union(expression):
        first = re.match(r"[\s(]*([A-Za-z]\w*)", part).group(1)
        if first == base or first not in resource_types:
            mine.append(part)
    return " | ".join(mine)


def element_targets(part, types, elements):
    """Resource types that the Reference at the end of a dotted path may point to; None when not so simple."""
    match = re.fullmatch(r"\(?([A-Z]\w*)((?:\.\w+)+)(?: as \w+\))?(?:\.where\(resolve\(\) is (\w+)\))?", part)
    if not match:
        return None
    if match.group(3):
        return [match.group(3)]
    here, row = match.group(1), None
    for member in match.group(2)[1:].split("."):
        row = None
        while here and row is None:
            row = elements.get((here, member))
            here = row["types"].split(" ")[0] if row else types.get(here, {}).get("base")
        if row is None:
            return None
    return row["targets"].split() or None


def narrowed_targets(parameter, expression, types, elements):
    published = parameter.get("target", [])
    found = []
    for part in split_union(expression):
        targets = element_targets(part, types, elements)
        if targets is None or "Resource" in targets:
            return published
        found += targets
    both = [target for target in published if target in found]
    return both or published


# Mistakes in the published definitions: (base, code) -> column, text, its replacement.
CORRECTIONS = {
    # The expressions of the two components are swapped: relatesto is the document, relation the code.
    ("DocumentReference", "relationship"):
        ("components", "relatesto|code ;; relation|target", "relatesto|target ;; relation|code"),
    # FHIR has no type DateTime.
    ("Observation", "code-value-date"): ("components", "value.as(DateTime)", "value.as(dateTime)"),
    # FHIRPath has no function hasExtension.
    ("QuestionnaireResponse", "item-subject"): (
        "expression",
        "hasExtension('http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject')",
        "extension('http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject').exists()"),
}


def correct(rows):
    for row in rows:
        if (row["base"], row["code"]) not in CORRECTIONS:
            continue
        column, wrong, right = CORRECTIONS[row["base"], row["code"]]
        if wrong not in row[column]:
            raise SystemExit(f"the correction of {row['base']}.{row['code']} finds nothing to correct")
        row[column] = row[column].replace(wrong, right)


def search_parameters(folder, types, elements):
    by_name = {row["name"]: row for row in types}
    by_path = {(row["type"], row["element"]): row for row in elements}
    resource_types = {row["name"] for row in types if row["kind"] in ("resource", "abstract")}
    rows, by_url = [], {}
    published = list(read_all(folder, "SearchParameter"))
    for parameter in published:
        by_url[parameter["url"]] = parameter
    for parameter in published:
        if "base" not in parameter or parameter["id"].startswith("example"):
            continue  # drafts without a base, and examples of the resource SearchParameter itself
        for base in parameter["base"]:
            expression = expression_for(parameter.get("expression", ""), base, resource_types) \
                if parameter.get("expression") else ""
            components = [by_url[component["definition"]]["code"] + "|" + component["expression"]
                          for component in parameter.get("component", [])]
            rows.append({
                "base": base, "code": parameter["code"], "type": parameter["type"],
                "name": parameter["name"], "url": parameter["url"], "expression": expression,
                "targets": " ".join(narrowed_targets(parameter, expression, by_name, by_path))
                           if parameter["type"] == "reference" else "",
                "components": " ;; ".join(components),
            })
    rows.sort(key=lambda row: ({"Resource": 0, "DomainResource": 1}.get(row["base"], 2), row["base"], row["code"]))
    seen = set()
    for row in rows:
        key = (row["base"], row["code"])
        if key in seen:
            raise SystemExit(f"two search parameters are called {key}")
        seen.add(key)
    correct(rows)
    return rows


# ---- compartments and codes ---------------------------------------------------------------------------------


def compartments(folder):
    rows = []
    for definition in read_all(folder, "CompartmentDefinition"):
        if definition["id"] == "example":
            continue
        for resource in definition["resource"]:
            parameters = resource.get("param", [])
            if resource["code"] == definition["code"]:
                parameters = ["{def}"] + [p for p in parameters if p != "{def}"]
            if parameters:
                rows.append({"compartment": definition["code"], "resource": resource["code"],
                             "parameters": " ".join(parameters)})
    rows.sort(key=lambda row: (row["compartment"], row["resource"]))
    return rows


class Codes:
    """Expands value sets by lists and whole code systems; anything else is not enumerable here."""

    def __init__(self, folder):
        self.value_sets = {v["url"]: v for v in read_all(folder, "ValueSet")}
        self.systems = {c["url"]: c for c in read_all(folder, "CodeSystem")}

    def expand(self, url, depth=0):
        value_set = self.value_sets.get(url.split("|")[0])
        if value_set is None or depth > 8 or value_set.get("compose", {}).get("exclude"):
            return None
        found = []
        for include in value_set.get("compose", {}).get("include", []):
            codes = self.included(include, depth)
            if codes is None:
                return None
            found += [code for code in codes if code not in found]
        return found or None

    def included(self, include, depth):
        if include.get("filter"):
            return None
        found = None
        if include.get("concept"):
            found = [(include["system"], concept["code"]) for concept in include["concept"]]
        elif include.get("system"):
            system = self.systems.get(include["system"])
            if system is None or system.get("content") != "complete":
                return None
            found = [(include["system"], code) for code in self.concepts(system.get("concept", []))]
        for other in include.get("valueSet", []):
            codes = self.expand(other, depth + 1)
            if codes is None:
                return None
            found = codes if found is None else [code for code in found if code in codes]
        return found

    def concepts(self, concepts):
        for concept in concepts:
            abstract = any(p["code"] in ("notSelectable", "abstract") and p.get("valueBoolean")
                           for p in concept.get("property", []))
            if not abstract:
                yield concept["code"]
            yield from self.concepts(concept.get("concept", []))


def required_codes(folder, elements):
    codes = Codes(folder)
    rows = []
    for value_set in sorted({row["binding"] for row in elements if row["binding"]}):
        found = codes.expand(value_set)
        if found is None or len(found) > MOST_CODES:
            continue
        for system in sorted({system for system, _ in found}):
            mine = [code for s, code in found if s == system]
            if any(" " in code for code in mine):
                raise SystemExit(f"a code with a space in {value_set}")
            rows.append({"value_set": value_set, "system": system, "codes": " ".join(mine)})
    return rows


# ---- tables -------------------------------------------------------------------------------------------------


def read_table(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"))) for line in lines[1:] if line]


def write_table(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(header) + "\n")
        for row in rows:
            cells = [row[column] for column in header]
            if any("\t" in cell or "\n" in cell for cell in cells):
                raise SystemExit(f"{path}: a tab or line break in {cells}")
            file.write("\t".join(cells) + "\n")
    print(f"{path}: {len(rows)} rows")


def number(rows, old_rows, key):
    """Gives each row its number: the old one, or the next free."""
    kept = {key(row): int(row["number"]) for row in old_rows}
    gone = set(kept) - {key(row) for row in rows}
    if gone:
        raise SystemExit(f"these have numbers and are no longer defined: {sorted(gone)}")
    following = max(kept.values(), default=0) + 1
    for row in rows:
        if key(row) in kept:
            row["number"] = str(kept[key(row)])
        else:
            row["number"] = str(following)
            following += 1
    rows.sort(key=lambda row: int(row["number"]))


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    folder = sys.argv[1]
    tables = sys.argv[2] if len(sys.argv) == 3 else os.path.join(os.path.dirname(__file__), "..", "r4")
    tables = os.path.normpath(tables)

    types, elements = types_and_elements(folder)
    number(types, read_table(os.path.join(tables, "types.tsv")), lambda row: row["name"])
    write_table(os.path.join(tables, "types.tsv"), ["number", "name", "base", "kind"], types)
    write_table(os.path.join(tables, "elements.tsv"),
                ["type", "element", "types", "min", "max", "flags", "binding", "targets"], elements)

    parameters = search_parameters(folder, types, elements)
    number(parameters, read_table(os.path.join(tables, "search_parameters.tsv")),
           lambda row: (row["base"], row["code"]))
    write_table(os.path.join(tables, "search_parameters.tsv"),
                ["number", "base", "code", "type", "name", "url", "expression", "targets", "components"], parameters)

    write_table(os.path.join(tables, "compartments.tsv"), ["compartment", "resource", "parameters"],
                compartments(folder))
    required = required_codes(folder, elements)
    write_table(os.path.join(tables, "required_codes.tsv"), ["value_set", "system", "codes"], required)

    import rules  # it uses this file
    rules.rebuild_rules(folder, tables, write_table)


if __name__ == "__main__":
    main()
