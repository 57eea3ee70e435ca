# mypy: disable-error-code="no-untyped-def,no-untyped-call,misc,import-untyped,attr-defined"
"""The processor's own CRC32C instruction, where it has one: eight bytes in three cycles."""

import platform

import llvmlite.binding
from llvmlite import ir
from numba.core import config, types
from numba.extending import intrinsic

# x86 from SSE 4.2 on; elsewhere the table does the same work, about seven times slower. Whoever
# tells numba to compile for another processor than this one gets the table too.
IS_THERE = (
    platform.machine() in ("x86_64", "AMD64")
    and not (config.CPU_NAME or config.CPU_FEATURES)
    and bool(llvmlite.binding.get_host_cpu_features().get("sse4.2"))
)
_NAME = "llvm.x86.sse42.crc32.64.64"


@intrinsic
def crc_of_word(typing_context, state, data, at):  # noqa: ARG001 - numba's shape
    """The register (u64, upper half 0) after ``data[at:at + 8]``; the caller checks the bounds."""
    signature = types.uint64(types.uint64, data, types.int64)

    def generate(context, builder, types_in, values):
        word_type = ir.IntType(64)
        array = context.make_array(types_in.args[1])(context, builder, values[1])
        place = builder.gep(array.data, [values[2]])
        word = builder.load(builder.bitcast(place, word_type.as_pointer()))
        word.align = 1
        step = builder.module.globals.get(_NAME) or ir.Function(
            builder.module, ir.FunctionType(word_type, [word_type, word_type]), _NAME
        )
        return builder.call(step, [values[0], word])

    return signature, generate
