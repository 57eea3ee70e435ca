"""The data class of every column of fleet/; a VIN leads to its owner and counts as personal."""

from voltward.records.protection.classes import DataClass, Declared

PUBLIC, INTERNAL = DataClass.PUBLIC, DataClass.INTERNAL
PERSONAL, IMPORTANT = DataClass.PERSONAL, DataClass.IMPORTANT

DATA_CLASSES: Declared = {
    "BatteryType": {
        INTERNAL: "id maker name chemistry producer cells probes max_working_voltage_v"
        " rated_voltage_v rated_energy_kwh capacity_ah cooling"
    },
    "SafeBoundary": {
        INTERNAL: "id battery_type version valid_from highest_cell_voltage_v lowest_cell_voltage_v"
        " highest_temperature_c lowest_temperature_c lowest_charge_temperature_c"
        " highest_charge_current_a highest_discharge_current_a source confidence state proposed_by"
        " proposed_at approved_by"
    },
    "BatteryPack": {INTERNAL: "id maker code battery_type produced_on"},
    "PackFitting": {INTERNAL: "id pack vehicle fitted_on removed_on"},
    "Platform": {INTERNAL: "id maker code name note"},
    "VehicleModel": {
        PUBLIC: "name notice_code drive motor_layout top_speed_kmh electric_range_km range_method",
        INTERNAL: "id maker platform gear_ratios alarm_thresholds life_years current_sign",
    },
    "CurrentSignProposal": {
        INTERNAL: "id model sign evidence state proposed_by proposed_at decided_by decided_at"
    },
    "MotorType": {
        INTERNAL: "id maker name producer cooling rated_voltage_v max_current_a peak_power_kw"
        " peak_speed_rpm peak_torque_nm"
    },
    "ControllerType": {INTERNAL: "id maker name producer cooling rated_voltage_v max_current_a"},
    "Configuration": {
        INTERNAL: "id maker model name battery_type motor_type controller_type protocol_edition"
        " total_voltage_method is_swappable has_range_extender fuel_type fuel_grade engine_power_kw"
        " engine_torque_nm fuel_cell_details"
    },
    "Vehicle": {
        PERSONAL: "vin vin_reversed plate sold_on first_used_on agreement_state",
        INTERNAL: "id maker configuration model_name battery_type produced_on state state_note"
        " scrapped_on scrap_proof source first_seen_at registered_at registration_missing",
        # joins a person to the positions that the store keeps under it
        IMPORTANT: "vehicle_id",
    },
    "RegistryGeneration": {INTERNAL: "id generation"},
    "OwnerPeriod": {PERSONAL: "vehicle kind usage_class region_code since until", INTERNAL: "id"},
    "OwnerIdentity": {
        PERSONAL: "period name phone phone_index identity_number identity_number_index address",
        INTERNAL: "id maker sealed_id changed_at erased_at",
    },
    "AgreementVersion": {
        PUBLIC: "title text text_sha256 published_at",
        INTERNAL: "id maker code",
    },
    "Agreement": {
        PERSONAL: "vehicle owner_period agreed_at channel withdrawn_at withdrawal_note",
        INTERNAL: "id version",
    },
    "PartRecord": {INTERNAL: "id vehicle kind serial batch supplier plant made_on source"},
    "Terminal": {
        INTERNAL: "id maker serial firmware vehicle",
        PERSONAL: "iccid",
        IMPORTANT: "chip_id algorithm public_key",
    },
    "ServiceOutlet": {
        INTERNAL: "id maker code name area longitude_deg latitude_deg datum phone closed_on kind hours"
        " unit"
    },
    "ChargingSite": {
        INTERNAL: "id maker code name area longitude_deg latitude_deg datum phone closed_on operator"
        " source"
    },
    "SoftwareVersion": {INTERNAL: "id vehicle unit version installed_at"},
}
