/*
 * Linked into native binaries for x86-64-v3 and -v4 (TttGen.App.targets). The runtime also refuses a lesser processor, but before any managed code,
 * without saying for which one the binary is, and by aborting.
 */
#include <stdio.h>
#include <unistd.h>

#if TTTGEN_LEVEL >= 4
#define LESSER "x86-64-v3"
#else
#define LESSER "x86-64-v2"
#endif

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

__attribute__((constructor)) static void refuse_a_lesser_processor(void)
{
    __builtin_cpu_init();
    int enough = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#if TTTGEN_LEVEL >= 4
    enough = enough && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
    if (enough)
        return;
    fputs("error: this binary is for x86-64-v" TEXT(TTTGEN_LEVEL) " processors, and this one is less; publish it with -p:TttGenInstructionSet=" LESSER "\n", stderr);
    _exit(1);
}
