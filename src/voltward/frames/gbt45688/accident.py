"""事故信息 (accident information), command 0x13 of GB/T 45688-2025: one sample a frame."""

from voltward.frames.grammar import U8, U16, Moment, choice, number

# Table B.5.
ACCIDENT = (
    Moment("time"),
    choice("brake_lamp", U8, {1: "lit", 2: "out"}),
    choice("left_turn", U8, {1: "lit", 2: "out"}),
    choice("right_turn", U8, {1: "lit", 2: "out"}),
    choice("driver_belt", U8, {1: "used", 2: "unused"}),
    choice("passenger_belt", U8, {1: "used", 2: "unused"}),
    number("accelerator_pct", U8, lowest=0.0, highest=100.0),
    number("brake_pedal", U8, lowest=0.0, highest=100.0, special={0x65: "on"}),
    # Right is positive. No codes are printed; those of a WORD are taken.
    number("steering_angle_deg", U16, offset=-540, lowest=-540.0, highest=540.0),
    choice("cruise", U8, {1: "active", 2: "inactive"}),
    choice("abs", U8, {1: "active", 2: "inactive"}),
    choice("esp", U8, {1: "active", 2: "inactive"}),
    choice("aebs", U8, {1: "active", 2: "inactive"}),
    # Printed range and unit contradict each other and exceed a WORD: 0.1 kPa is the reading
    # used here until the public platform says otherwise.
    number("master_cylinder_kpa", U16, per_unit=10, lowest=0.0, highest=6553.1),
    choice("energy_recovery", U8, {1: "working", 2: "idle"}),
)
