"""What stands where in the number arrays of ``layout``: plain integers, which kernels can read."""

# Tables.types: one row for each information type.
(
    TYPE_HEAD,  # first head section
    TYPE_GROUP,  # first group section; the head sections end here
    TYPE_END,
    TYPE_COUNT_WIDTH,  # of the count at the end of the head; 0: the group comes exactly once
    TYPE_FAMILY,  # of the group; NONE: the type has no group and comes once a frame
    TYPE_ROLE,
) = range(6)

# What happens with an item beside its fields.
ROLE_PLAIN, ROLE_CUSTOM, ROLE_SIGNATURE = range(3)

# Tables.sections: a run of fields of fixed width, and the list behind it.
(
    SECTION_SIZE,
    SECTION_COUNT_AT,
    SECTION_COUNT_WIDTH,
    SECTION_CODES,  # 1: FE and FF in the count are codes, no list follows
    SECTION_ELEMENT,  # bytes of one element; 0: no list
    SECTION_LIST,  # row of Tables.lists; NONE: the elements are not kept
    SECTION_KEPT,  # 1: it has fields that go into columns
    SECTION_ODD,  # column to give the reason to when the count is a code; NONE: has its own field
    SECTION_FAMILY,  # that numbers its values; NONE: they are numbered by the row
) = range(9)

# Tables.fields: one row for each field and column that it fills.
(
    FIELD_SECTION,
    FIELD_AT,
    FIELD_WIDTH,
    FIELD_COLUMN,
    FIELD_STORE,
    FIELD_SHIFT,  # added to the raw value
    FIELD_PER_UNIT,
    FIELD_LOWEST,  # raw
    FIELD_HIGHEST,  # raw
    FIELD_CODES,  # abnormal, the smaller of the two codes; 0: there are none
    FIELD_SPECIAL,  # a raw value out of range that has a meaning; NONE: there is none
    FIELD_COUNTS,  # 1: a code counts as no elements
) = range(12)

# Tables.lists: where the elements of a list go.
LIST_FAMILY, LIST_COPY, LIST_COLUMN, LIST_COLUMN_2, LIST_SHIFT = range(5)

# How elements are copied: big-endian words as sent; bytes plus shift, with FE and FF as 32766 and
# 32767; big-endian double words as sent; two bytes into two columns; bytes as they are.
COPY_WORDS, COPY_DEGREES, COPY_DOUBLE_WORDS, COPY_PAIRS, COPY_OCTETS = range(5)

# Kinds of arrays that values go into; the names are numpy's.
STORES = ("f4", "f8", "u1", "u2", "u4", "i2")
STORE_F4, STORE_F8, STORE_U1, STORE_U2, STORE_U4, STORE_I2 = range(6)

NONE = -1
