// A driver whose cards are the host's memory. Work is put off as long as a real card might: until something waits for it.
// It notes every call and launch, fails where a test says so, and counts what is not given back.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API __attribute__((visibility("default")))

enum { SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_PTX = 218, NOT_FOUND = 500, CAPTURE_UNSUPPORTED = 900 };
enum { MAX_DEVICES = 8, MAX_PARAMETERS = 64 };

typedef enum { UPLOAD, DOWNLOAD, COPY, CLEAR, LAUNCH, EVENT } Kind;
typedef struct Function { char name[128]; int count, sizes[MAX_PARAMETERS], dynamic_shared; struct Module *module; } Function;
typedef struct Module { Function function; } Module;
typedef struct Op {
    Kind kind; void *to; const void *from; size_t bytes; Function *function; unsigned grid[3], block, shared; unsigned char values[MAX_PARAMETERS][16];
    struct Event *event; struct Op *next;
} Op;
typedef struct { Op *first, *last; } Queue;
typedef struct Stream { Queue queue; Queue capture; int capturing; } Stream;
typedef struct Event { int done; double time; } Event;
typedef struct { int ordinal; } Context;
typedef struct Block { size_t bytes; int device, host; struct Block *next; unsigned char *memory; } Block;

static int device_count = 1, driver_version = 12040, capability_major = 9, capability_minor = 0, max_threads = 1024, shared_optin = 232448, sticky;
static size_t total_memory = (size_t)1 << 30, used_memory;
static char fail_call[64], jit_error[1024];
static int fail_code, fail_after, initialised;
static Context contexts[MAX_DEVICES];
static int retained[MAX_DEVICES];
static Block *blocks;
static int streams, events, modules, graphs, executables, bad_frees;
static double clock_now;
static char *calls, *launches;
static size_t calls_length, calls_room, launches_length, launches_room;
static _Thread_local Context *current;

static void append(char **text, size_t *length, size_t *room, const char *format, ...)
{
    char line[4096];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (*length + n + 1 > *room) *text = realloc(*text, *room = (*length + n + 1) * 2);
    memcpy(*text + *length, line, n + 1);
    *length += n;
}

#define NOTE(...) append(&calls, &calls_length, &calls_room, __VA_ARGS__)
// Every call: noted, failed if a test wants it, refused without a context where it needs one.
#define ENTER(name) do { NOTE("%s\n", name); int code = fail_of(name); if (code) return code; } while (0)
#define ENTER_CONTEXT(name) do { NOTE("%s\n", name); int code = fail_of(name); if (code) return code; if (sticky) return sticky; if (!current) return INVALID_CONTEXT; } while (0)

static int fail_of(const char *name)
{
    if (!fail_code || strcmp(name, fail_call) != 0 || fail_after-- > 0) return 0;
    int code = fail_code;
    fail_code = 0;
    if (code >= 700 && code < 720) sticky = code;
    return code;
}

static void enqueue(Queue *queue, Op op)
{
    Op *kept = malloc(sizeof op);
    *kept = op;
    kept->next = 0;
    if (queue->last) queue->last->next = kept; else queue->first = kept;
    queue->last = kept;
}

// Fill(int count, float value, view x): the one kernel that does something.
static void run(const Op *op)
{
    clock_now += 0.5;
    if (op->kind == EVENT) { op->event->done = 1; op->event->time = clock_now; return; }
    if (op->kind == CLEAR) { memset(op->to, 0, op->bytes); return; }
    if (op->kind != LAUNCH) { memcpy(op->to, op->from, op->bytes); return; }
    append(&launches, &launches_length, &launches_room, "%s grid %u,%u,%u block %u shared %u:", op->function->name, op->grid[0], op->grid[1], op->grid[2], op->block, op->shared);
    for (int i = 0; i < op->function->count; i++) {
        append(&launches, &launches_length, &launches_room, " ");
        for (int b = 0; b < op->function->sizes[i]; b++) append(&launches, &launches_length, &launches_room, "%02x", op->values[i][b]);
    }
    append(&launches, &launches_length, &launches_room, "\n");
    if (strstr(op->function->name, "Fill")) {
        int count; float value, *x;
        memcpy(&count, op->values[0], 4); memcpy(&value, op->values[1], 4); memcpy(&x, op->values[2], sizeof x);
        for (int i = 0; i < count; i++) x[i] = value;
    }
}

static void drain(Stream *stream, const Event *until)
{
    while (stream->queue.first && !(until && until->done)) {
        Op *op = stream->queue.first;
        stream->queue.first = op->next;
        if (!op->next) stream->queue.last = 0;
        run(op);
        free(op);
    }
}

static Stream *all_streams[16];

static void drain_all(void) { for (int i = 0; i < 16; i++) if (all_streams[i]) drain(all_streams[i], 0); }

static int submit(Stream *stream, Op op) { enqueue(stream->capturing ? &stream->capture : &stream->queue, op); return SUCCESS; }

// What the tests say and ask.
API void fake_reset(void)
{
    device_count = 1; driver_version = 12040; capability_major = 9; capability_minor = 0; max_threads = 1024; shared_optin = 232448; sticky = 0;
    total_memory = (size_t)1 << 30; fail_code = 0; bad_frees = 0; clock_now = 0; initialised = 0; jit_error[0] = 0;
    calls_length = launches_length = 0;
    append(&calls, &calls_length, &calls_room, "");
    append(&launches, &launches_length, &launches_room, "");
}
API void fake_devices(int count) { device_count = count; }
API void fake_version(int version) { driver_version = version; }
API void fake_capability(int major, int minor) { capability_major = major; capability_minor = minor; }
API void fake_memory(long long bytes) { total_memory = (size_t)bytes; }
API void fake_shared(int bytes) { shared_optin = bytes; }
API void fake_threads(int threads) { max_threads = threads; }
API void fake_fail(const char *call, int code, int after) { snprintf(fail_call, sizeof fail_call, "%s", call); fail_code = code; fail_after = after; }
API void fake_jit_error(const char *text) { snprintf(jit_error, sizeof jit_error, "%s", text); }
API const char *fake_calls(void) { return calls; }
API const char *fake_launches(void) { return launches; }
// Everything still held, and everything freed that was not held.
API void fake_leaks(char *text, int room)
{
    int device = 0, host = 0, contexts_held = 0;
    for (Block *b = blocks; b; b = b->next) if (b->host) host++; else device++;
    for (int i = 0; i < MAX_DEVICES; i++) contexts_held += retained[i];
    snprintf(text, room, "device %d host %d contexts %d streams %d events %d modules %d graphs %d executables %d bad %d", device, host, contexts_held, streams, events, modules, graphs, executables, bad_frees);
}

// The driver.
API int cuInit(unsigned flags) { (void)flags; ENTER("cuInit"); initialised = 1; return device_count > 0 ? SUCCESS : 100; }
API int cuDriverGetVersion(int *version) { ENTER("cuDriverGetVersion"); *version = driver_version; return SUCCESS; }
API int cuGetErrorName(int error, const char **text)
{
    *text = error == 1 ? "CUDA_ERROR_INVALID_VALUE" : error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : error == 46 ? "CUDA_ERROR_DEVICE_UNAVAILABLE" : error == 100 ? "CUDA_ERROR_NO_DEVICE"
        : error == 201 ? "CUDA_ERROR_INVALID_CONTEXT" : error == 218 ? "CUDA_ERROR_INVALID_PTX" : error == 500 ? "CUDA_ERROR_NOT_FOUND" : error == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS"
        : error == 719 ? "CUDA_ERROR_LAUNCH_FAILED" : error == 803 ? "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH" : error == 900 ? "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED" : 0;
    return *text ? SUCCESS : INVALID_VALUE;
}
API int cuGetErrorString(int error, const char **text)
{
    *text = error == 700 ? "an illegal memory access was encountered" : error == 1 ? "invalid argument" : error == 803 ? "system has unsupported display driver / cuda driver combination" : 0;
    return *text ? SUCCESS : INVALID_VALUE;
}
API int cuDeviceGetCount(int *count) { ENTER("cuDeviceGetCount"); *count = device_count; return SUCCESS; }
API int cuDeviceGet(int *device, int ordinal) { ENTER("cuDeviceGet"); if (ordinal < 0 || ordinal >= device_count) return INVALID_DEVICE; *device = ordinal; return SUCCESS; }
API int cuDeviceGetName(char *name, int length, int device) { ENTER("cuDeviceGetName"); snprintf(name, length, "Fake %c", 'A' + device); return SUCCESS; }
API int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    (void)device;
    ENTER("cuDeviceGetAttribute");
    *value = attribute == 16 ? 132 : attribute == 75 ? capability_major : attribute == 76 ? capability_minor : attribute == 97 ? shared_optin : attribute == 13 ? 1980000 : -1;
    return SUCCESS;
}
API int cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; ENTER("cuDeviceTotalMem"); *bytes = total_memory; return SUCCESS; }
API int cuDevicePrimaryCtxRetain(Context **context, int device) { ENTER("cuDevicePrimaryCtxRetain"); retained[device]++; contexts[device].ordinal = device; *context = &contexts[device]; return SUCCESS; }
API int cuDevicePrimaryCtxRelease_v2(int device) { ENTER("cuDevicePrimaryCtxRelease"); if (--retained[device] < 0) bad_frees++; return SUCCESS; }
API int cuCtxSetCurrent(Context *context) { ENTER("cuCtxSetCurrent"); current = context; return SUCCESS; }
API int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) { ENTER_CONTEXT("cuMemGetInfo"); *free_bytes = total_memory - used_memory; *total = total_memory; return SUCCESS; }

static int take(void **address, size_t bytes, int host)
{
    if (!host && bytes > total_memory - used_memory) return OUT_OF_MEMORY;
    Block *block = malloc(sizeof *block);
    // Fresh memory holds no zeros.
    block->memory = aligned_alloc(512, (bytes + 511) / 512 * 512);
    memset(block->memory, 0xA5, bytes);
    block->bytes = bytes; block->host = host; block->device = current->ordinal; block->next = blocks;
    blocks = block;
    if (!host) used_memory += bytes;
    *address = block->memory;
    return SUCCESS;
}
static int give(void *address, int host)
{
    drain_all();
    for (Block **at = &blocks; *at; at = &(*at)->next) {
        Block *block = *at;
        if (block->memory != address || block->host != host) continue;
        if (!host) used_memory -= block->bytes;
        *at = block->next;
        free(block->memory);
        free(block);
        return sticky;
    }
    bad_frees++;
    return INVALID_VALUE;
}
// Whether memory of a kind holds a range.
static int holds(const void *address, size_t bytes, int host)
{
    for (Block *b = blocks; b; b = b->next)
        if (b->host == host && (const unsigned char *)address >= b->memory && (const unsigned char *)address + bytes <= b->memory + b->bytes) return 1;
    return 0;
}

API int cuMemAlloc_v2(void **address, size_t bytes) { ENTER_CONTEXT("cuMemAlloc"); return bytes ? take(address, bytes, 0) : INVALID_VALUE; }
API int cuMemFree_v2(void *address) { NOTE("cuMemFree\n"); return give(address, 0); }
API int cuMemAllocHost_v2(void **address, size_t bytes) { ENTER_CONTEXT("cuMemAllocHost"); return take(address, bytes, 1); }
API int cuMemFreeHost(void *address) { NOTE("cuMemFreeHost\n"); return give(address, 1); }
API int cuMemcpyHtoDAsync_v2(void *to, const void *from, size_t bytes, Stream *stream)
{
    ENTER_CONTEXT("cuMemcpyHtoDAsync");
    // All uploads are meant to go through pinned memory.
    return holds(to, bytes, 0) && holds(from, bytes, 1) ? submit(stream, (Op){ .kind = UPLOAD, .to = to, .from = from, .bytes = bytes }) : INVALID_VALUE;
}
API int cuMemcpyDtoHAsync_v2(void *to, const void *from, size_t bytes, Stream *stream)
{
    ENTER_CONTEXT("cuMemcpyDtoHAsync");
    return holds(from, bytes, 0) ? submit(stream, (Op){ .kind = DOWNLOAD, .to = to, .from = from, .bytes = bytes }) : INVALID_VALUE;
}
API int cuMemcpyDtoDAsync_v2(void *to, const void *from, size_t bytes, Stream *stream)
{
    ENTER_CONTEXT("cuMemcpyDtoDAsync");
    return holds(to, bytes, 0) && holds(from, bytes, 0) ? submit(stream, (Op){ .kind = COPY, .to = to, .from = from, .bytes = bytes }) : INVALID_VALUE;
}
API int cuMemsetD8Async(void *to, unsigned char value, size_t count, Stream *stream)
{
    ENTER_CONTEXT("cuMemsetD8Async");
    return value == 0 && holds(to, count, 0) ? submit(stream, (Op){ .kind = CLEAR, .to = to, .bytes = count }) : INVALID_VALUE;
}

API int cuStreamCreate(Stream **stream, unsigned flags)
{
    (void)flags;
    ENTER_CONTEXT("cuStreamCreate");
    *stream = calloc(1, sizeof **stream);
    streams++;
    for (int i = 0; i < 16; i++) if (!all_streams[i]) { all_streams[i] = *stream; break; }
    return SUCCESS;
}
API int cuStreamDestroy_v2(Stream *stream)
{
    NOTE("cuStreamDestroy\n");
    drain(stream, 0);
    for (int i = 0; i < 16; i++) if (all_streams[i] == stream) all_streams[i] = 0;
    free(stream);
    if (--streams < 0) bad_frees++;
    return sticky;
}
API int cuStreamSynchronize(Stream *stream) { ENTER_CONTEXT("cuStreamSynchronize"); if (stream->capturing) return CAPTURE_UNSUPPORTED; drain(stream, 0); return SUCCESS; }
API int cuStreamBeginCapture_v2(Stream *stream, int mode) { (void)mode; ENTER_CONTEXT("cuStreamBeginCapture"); stream->capturing = 1; return SUCCESS; }
API int cuStreamEndCapture(Stream *stream, Queue **graph)
{
    *graph = 0;
    stream->capturing = 0;
    ENTER_CONTEXT("cuStreamEndCapture");
    *graph = malloc(sizeof **graph);
    **graph = stream->capture;
    stream->capture = (Queue){ 0, 0 };
    graphs++;
    return SUCCESS;
}
API int cuGraphInstantiateWithFlags(Queue **executable, const Queue *graph, unsigned long long flags)
{
    (void)flags;
    ENTER_CONTEXT("cuGraphInstantiateWithFlags");
    *executable = calloc(1, sizeof **executable);
    for (const Op *op = graph->first; op; op = op->next) enqueue(*executable, *op);
    executables++;
    return SUCCESS;
}
API int cuGraphLaunch(const Queue *executable, Stream *stream)
{
    ENTER_CONTEXT("cuGraphLaunch");
    for (const Op *op = executable->first; op; op = op->next) submit(stream, *op);
    return SUCCESS;
}
static void free_queue(Queue *queue)
{
    for (Op *op = queue->first, *next; op; op = next) { next = op->next; free(op); }
    free(queue);
}
API int cuGraphDestroy(Queue *graph) { NOTE("cuGraphDestroy\n"); free_queue(graph); if (--graphs < 0) bad_frees++; return sticky; }
API int cuGraphExecDestroy(Queue *executable) { NOTE("cuGraphExecDestroy\n"); free_queue(executable); if (--executables < 0) bad_frees++; return sticky; }

// Reads as much PTX as names an entry and its parameters.
API int cuModuleLoadDataEx(Module **module, const char *image, unsigned count, const int *options, void **values)
{
    ENTER_CONTEXT("cuModuleLoadDataEx");
    for (unsigned i = 0; i < count; i++)
        if (options[i] == 5 && jit_error[0]) snprintf(values[i], 1024, "%s", jit_error);
    if (jit_error[0]) return INVALID_PTX;
    const char *entry = strstr(image, ".entry ");
    if (!entry) return INVALID_PTX;
    *module = calloc(1, sizeof **module);
    Function *function = &(*module)->function;
    function->module = *module;
    sscanf(entry + 7, "%127[A-Za-z0-9_]", function->name);
    for (const char *at = entry; (at = strstr(at, ".param ")); at += 7)
        function->sizes[function->count++] = strncmp(at + 7, ".align", 6) == 0 ? 16 : strncmp(at + 7, ".b64", 4) == 0 ? 8 : 4;
    modules++;
    return SUCCESS;
}
API int cuModuleUnload(Module *module) { NOTE("cuModuleUnload\n"); free(module); if (--modules < 0) bad_frees++; return sticky; }
API int cuModuleGetFunction(Function **function, Module *module, const char *name)
{
    ENTER_CONTEXT("cuModuleGetFunction");
    *function = &module->function;
    return strcmp(name, module->function.name) == 0 ? SUCCESS : NOT_FOUND;
}
API int cuFuncGetAttribute(int *value, int attribute, const Function *function)
{
    (void)function;
    ENTER_CONTEXT("cuFuncGetAttribute");
    *value = attribute == 0 ? max_threads : attribute == 4 ? 40 : attribute == 3 ? 16 : -1;
    return SUCCESS;
}
API int cuFuncSetAttribute(Function *function, int attribute, int value)
{
    ENTER_CONTEXT("cuFuncSetAttribute");
    if (attribute != 8) return INVALID_VALUE;
    function->dynamic_shared = value;
    return SUCCESS;
}
API int cuLaunchKernel(Function *function, unsigned x, unsigned y, unsigned z, unsigned bx, unsigned by, unsigned bz, unsigned shared, Stream *stream, void **parameters, void **extra)
{
    ENTER_CONTEXT("cuLaunchKernel");
    if (extra || by != 1 || bz != 1 || (shared > 49152 && shared > (unsigned)function->dynamic_shared)) return INVALID_VALUE;
    Op op = { .kind = LAUNCH, .function = function, .grid = { x, y, z }, .block = bx, .shared = shared };
    for (int i = 0; i < function->count; i++) memcpy(op.values[i], parameters[i], function->sizes[i]);
    return submit(stream, op);
}
API int cuEventCreate(Event **event, unsigned flags) { (void)flags; ENTER_CONTEXT("cuEventCreate"); *event = calloc(1, sizeof **event); events++; return SUCCESS; }
API int cuEventDestroy_v2(Event *event) { NOTE("cuEventDestroy\n"); drain_all(); free(event); if (--events < 0) bad_frees++; return sticky; }
API int cuEventRecord(Event *event, Stream *stream) { ENTER_CONTEXT("cuEventRecord"); event->done = 0; return submit(stream, (Op){ .kind = EVENT, .event = event }); }
API int cuEventSynchronize(Event *event)
{
    ENTER_CONTEXT("cuEventSynchronize");
    for (int i = 0; i < 16 && !event->done; i++) if (all_streams[i]) drain(all_streams[i], event);
    return SUCCESS;
}
API int cuEventElapsedTime(float *milliseconds, const Event *start, const Event *end) { ENTER_CONTEXT("cuEventElapsedTime"); *milliseconds = (float)(end->time - start->time); return SUCCESS; }
