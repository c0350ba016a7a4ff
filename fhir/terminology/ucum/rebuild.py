#!/usr/bin/env python3
"""Makes units.tsv from UCUM's essence file: rebuild.py ucum-essence.xml > units.tsv

The file is published with the Unified Code for Units of Measure (https://ucum.org, Regenstrief Institute).
Only facts are taken: codes, kinds, values, defining units, names and kinds of quantity.
"""
import sys
import xml.etree.ElementTree as ET


def main():
    root = ET.parse(sys.argv[1]).getroot()
    space = "{" + root.tag[1:].split("}")[0] + "}"

    def text(node, name):
        return " ".join((node.findtext(space + name) or "").split())

    print("kind\tcode\tflags\tvalue\tunit\tfunction\tname\tproperty")
    for prefix in root.findall(space + "prefix"):
        value = prefix.find(space + "value").get("value")
        print("prefix", prefix.get("Code"), "", value, "", "", text(prefix, "name"), "", sep="\t")
    for unit in root.findall(space + "base-unit"):
        print("base", unit.get("Code"), "M", "1", unit.get("Code"), "", text(unit, "name"), text(unit, "property"), sep="\t")
    for unit in root.findall(space + "unit"):
        value = unit.find(space + "value")
        function = value.find(space + "function")
        flags = "M" if unit.get("isMetric") == "yes" else ""
        flags += "S" if unit.get("isSpecial") == "yes" else ""
        flags += "A" if unit.get("isArbitrary") == "yes" else ""
        source = value if function is None else function
        name = "" if function is None else function.get("name")
        print("unit", unit.get("Code"), flags, source.get("value"), source.get("Unit"), name, text(unit, "name"),
              text(unit, "property"), sep="\t")


main()
