// cuBLASLt as far as it is used, on the host's memory: matrices by columns, checked descriptions, products in double. It multiplies at once: its tests wait before.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define API __attribute__((visibility("default")))
enum { SUCCESS = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, NOT_SUPPORTED = 15 };

typedef struct { int compute, scale, transpose_a, transpose_b; } Description;
typedef struct { int type; uint64_t rows, columns; int64_t stride; } Layout;
typedef struct { uint64_t workspace; } Preference;
typedef struct { uint64_t algorithm[8]; size_t workspace; int status; float waves; int reserved[4]; } Result;

static int held, fail_create, fail_multiply, no_way, heuristics;

API int fake_held(void) { return held; }
API int fake_heuristics(void) { return heuristics; }
API void fake_set(int create, int multiply, int none) { fail_create = create; fail_multiply = multiply; no_way = none; heuristics = 0; }

#define CREATE(type, at) type *made = calloc(1, sizeof *made); *at = made; held++
API int cublasLtCreate(void **handle) { if (fail_create) return NOT_INITIALIZED; CREATE(int, handle); return SUCCESS; }
API int cublasLtDestroy(void *handle) { free(handle); held--; return SUCCESS; }
API int cublasLtMatmulDescCreate(Description **at, int compute, int scale) { CREATE(Description, at); made->compute = compute; made->scale = scale; return SUCCESS; }
API int cublasLtMatmulDescSetAttribute(Description *d, int attribute, const void *value, size_t bytes)
{
    if (attribute != 3 || bytes != 4) return INVALID_VALUE;
    memcpy(&d->transpose_a, value, 4);
    return SUCCESS;
}
API int cublasLtMatmulDescDestroy(void *d) { free(d); held--; return SUCCESS; }
API int cublasLtMatrixLayoutCreate(Layout **at, int type, uint64_t rows, uint64_t columns, int64_t stride)
{
    CREATE(Layout, at);
    *made = (Layout){ type, rows, columns, stride };
    return SUCCESS;
}
API int cublasLtMatrixLayoutDestroy(void *layout) { free(layout); held--; return SUCCESS; }
API int cublasLtMatmulPreferenceCreate(Preference **at) { CREATE(Preference, at); (void)made; return SUCCESS; }
API int cublasLtMatmulPreferenceSetAttribute(Preference *p, int attribute, const void *value, size_t bytes)
{
    if (attribute != 1 || bytes != 8) return INVALID_VALUE;
    memcpy(&p->workspace, value, 8);
    return SUCCESS;
}
API int cublasLtMatmulPreferenceDestroy(void *p) { free(p); held--; return SUCCESS; }

static int fits(const Description *d, const Layout *a, const Layout *b, const Layout *c)
{
    return d->compute == 68 && d->scale == 0 && d->transpose_a == 1 && d->transpose_b == 0 && a->rows == b->rows && c->rows == a->columns && c->columns == b->columns
        && a->type == b->type && c->type == 0 && a->stride >= (int64_t)a->rows && b->stride >= (int64_t)b->rows && c->stride >= (int64_t)c->rows;
}
API int cublasLtMatmulAlgoGetHeuristic(void *handle, Description *d, Layout *a, Layout *b, Layout *c, Layout *e, Preference *p, int wanted, Result *results, int *found)
{
    (void)handle;
    heuristics++;
    *found = 0;
    if (!fits(d, a, b, c) || c != e || wanted < 1) return INVALID_VALUE;
    if (no_way) return NOT_SUPPORTED;
    memset(results, 0, sizeof *results);
    results->algorithm[0] = 42;
    results->algorithm[7] = 43;
    results->workspace = p->workspace;
    *found = 1;
    return SUCCESS;
}

static double number(const Layout *layout, const void *data, uint64_t row, uint64_t column)
{
    uint64_t at = row + column * layout->stride;
    if (layout->type == 0) return ((const float *)data)[at];
    uint32_t bits = (uint32_t)((const uint16_t *)data)[at] << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}
API int cublasLtMatmul(
    void *handle, Description *d, const float *alpha, const void *a, Layout *al, const void *b, Layout *bl, const float *beta, const void *c, Layout *cl, float *e, Layout *el,
    const uint64_t *algorithm, void *workspace, size_t workspace_bytes, void *stream)
{
    (void)handle;
    if (fail_multiply) return fail_multiply;
    if (!fits(d, al, bl, cl) || cl != el || c != e || algorithm[0] != 42 || algorithm[7] != 43 || !workspace || !workspace_bytes || !stream) return INVALID_VALUE;
    for (uint64_t j = 0; j < cl->columns; j++)
        for (uint64_t i = 0; i < cl->rows; i++) {
            double sum = 0;
            for (uint64_t k = 0; k < al->rows; k++) sum += number(al, a, k, i) * number(bl, b, k, j);
            float *to = &e[i + j * cl->stride];
            *to = (float)(*alpha * sum + (*beta != 0 ? *beta * *to : 0));
        }
    return SUCCESS;
}
