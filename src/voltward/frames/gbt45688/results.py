"""故障 and 隐患监测结果 (fault and hazard results), 0x10, 0x11 and 0x90 of GB/T 45688-2025."""

from voltward.frames.grammar import U8, Moment, choice, number

# Table B.2, command 0x10. Items without input are 0xFF; there is no 0xFE in them.
FAULT_RESULT = (
    Moment("time"),
    # The highest level of the frame whose flags were read.
    number("fault_level", U8, lowest=0.0, highest=3.0),
    choice("fault_battery_temp", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("fault_temp_difference", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice(
        "fault_cell_overvoltage", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "fault_cell_undervoltage", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "fault_cell_consistency", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice("fault_soc_jump", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("fault_motor_temp", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice(
        "fault_motor_controller_temp",
        U8,
        {0: "normal", 1: "abnormal", 0xFF: "invalid"},
        codes=False,
    ),
    choice("fault_dcdc_temp", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("fault_dcdc_state", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("fault_insulation", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("fault_hv_interlock", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
)

# Table B.3, command 0x11. 0 means evaluated and normal, 0xFF no valid input in the window.
HAZARD_RESULT = (
    Moment("time"),
    choice("hazard_t_max_charge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("hazard_v_max_charge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_v_spread_charge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_t_max_discharge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_v_min_discharge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice("hazard_motor_temp", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_motor_controller_temp",
        U8,
        {0: "normal", 1: "abnormal", 0xFF: "invalid"},
        codes=False,
    ),
    choice("hazard_dcdc_temp", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("hazard_insulation", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_voltage_sampling", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_standing_overdischarge",
        U8,
        {0: "normal", 1: "abnormal", 0xFF: "invalid"},
        codes=False,
    ),
    choice("hazard_mass_parking", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
)

# Table B.7, command 0x90, sent down by the public platform; laid out as B.3.
HAZARD_FEEDBACK = (
    Moment("time"),
    choice("hazard_t_max_charge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("hazard_v_max_charge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_v_spread_charge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_t_max_discharge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_v_min_discharge", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice("hazard_motor_temp", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_motor_controller_temp",
        U8,
        {0: "normal", 1: "abnormal", 0xFF: "invalid"},
        codes=False,
    ),
    choice("hazard_dcdc_temp", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice("hazard_insulation", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
    choice(
        "hazard_voltage_sampling", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False
    ),
    choice(
        "hazard_standing_overdischarge",
        U8,
        {0: "normal", 1: "abnormal", 0xFF: "invalid"},
        codes=False,
    ),
    choice("hazard_mass_parking", U8, {0: "normal", 1: "abnormal", 0xFF: "invalid"}, codes=False),
)
