// Linked into native binaries: runs before the runtime, whose own refusal names neither the level nor the way out.
#include <unistd.h>

#define LITERAL(text) #text
#define TEXT(text) LITERAL(text)

static const char refusal[] =
    "error: this program is for processors of level " TEXT(TTTGEN_LEVEL) " or above, and this one is below; "
    "publish it with -p:TttGenInstructionSet=x86-64-v2 or run it with dotnet\n";

__attribute__((constructor)) static void require_processor_level(void)
{
    __builtin_cpu_init();
    int sufficient = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#ifdef TTTGEN_AVX512
    sufficient = sufficient && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl");
#endif
    if (!sufficient)
        _exit(write(STDERR_FILENO, refusal, sizeof refusal - 1) < 0 ? 2 : 1);
}
