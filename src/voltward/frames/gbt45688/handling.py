"""故障及隐患处置信息 (handling of faults and hazards), command 0x12 of GB/T 45688-2025."""

from voltward.frames.grammar import U8, Moment, choice

# Table B.4. 0 means that nothing is open: it never occurred, or it was handled.
HANDLING = (
    Moment("time"),
    choice("fault_battery_temp", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice(
        "fault_temp_difference", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "fault_cell_overvoltage", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "fault_cell_undervoltage", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "fault_cell_consistency", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice("fault_soc_jump", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice("fault_motor_temp", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice(
        "fault_motor_controller_temp",
        U8,
        {0: "normal", 1: "not_handled", 0xFF: "invalid"},
        codes=False,
    ),
    choice("fault_dcdc_temp", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice("fault_dcdc_state", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice("fault_insulation", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice("fault_hv_interlock", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_t_max_charge", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_v_max_charge", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_v_spread_charge", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_t_max_discharge", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_v_min_discharge", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice("hazard_motor_temp", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_motor_controller_temp",
        U8,
        {0: "normal", 1: "not_handled", 0xFF: "invalid"},
        codes=False,
    ),
    choice("hazard_dcdc_temp", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice("hazard_insulation", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_voltage_sampling", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_standing_overdischarge",
        U8,
        {0: "normal", 1: "not_handled", 0xFF: "invalid"},
        codes=False,
    ),
    choice(
        "hazard_mass_parking", U8, {0: "normal", 1: "not_handled", 0xFF: "invalid"}, codes=False
    ),
)
