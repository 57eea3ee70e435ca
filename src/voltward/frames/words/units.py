"""Units by the end of a field's name, where every quantity carries its own."""

from voltward.frames.words.phrase import Phrase

UNITS = {
    "_mg_per_kg": Phrase("mg/kg", "mg/kg"),
    "_kg_per_100km": Phrase("kg/100km", "kg/100 km"),
    "_l_per_100km": Phrase("L/100km", "L/100 km"),
    "_pct_vol": Phrase("%(体积)", "% vol"),
    "_kmh": Phrase("km/h", "km/h"),
    "brake_pedal": Phrase("%", "%"),
    "_km": Phrase("km", "km"),
    "_pct": Phrase("%", "%"),
    "_kohm": Phrase("kΩ", "kΩ"),
    "_kpa": Phrase("kPa", "kPa"),
    "_mpa": Phrase("MPa", "MPa"),
    "_rpm": Phrase("r/min", "r/min"),
    "_nm": Phrase("N·m", "N·m"),
    "_deg": Phrase("°", "°"),
    "_min": Phrase("分", "min"),
    "_v": Phrase("V", "V"),
    "_a": Phrase("A", "A"),
    "_c": Phrase("℃", "°C"),
    "_s": Phrase("秒", "s"),
}
NO_UNIT = Phrase("", "")


def unit_of(name: str) -> Phrase:
    """The unit that the name of a field ends in; empty when it has none."""
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), NO_UNIT)
