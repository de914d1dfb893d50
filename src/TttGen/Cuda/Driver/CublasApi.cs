using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TttGen.Cuda.Driver;

/// <summary>cuBLASLt, as far as it is used; names and meanings are those of cublasLt.h. 0 is success.</summary>
internal static unsafe partial class CublasApi
{
    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtCreate")]
    public static partial int Create(nint* handle);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatmulDescCreate")]
    public static partial int DescriptionCreate(nint* description, ComputeType compute, NumberType scale);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatmulDescSetAttribute")]
    public static partial int DescriptionSet(nint description, int attribute, void* value, nuint bytes);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatmulDescDestroy")]
    public static partial int DescriptionDestroy(nint description);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatrixLayoutCreate")]
    public static partial int LayoutCreate(nint* layout, NumberType type, ulong rows, ulong columns, long stride);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatrixLayoutDestroy")]
    public static partial int LayoutDestroy(nint layout);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatmulPreferenceCreate")]
    public static partial int PreferenceCreate(nint* preference);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatmulPreferenceSetAttribute")]
    public static partial int PreferenceSet(nint preference, int attribute, void* value, nuint bytes);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatmulPreferenceDestroy")]
    public static partial int PreferenceDestroy(nint preference);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatmulAlgoGetHeuristic")]
    public static partial int Heuristic(
        nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int wanted, HeuristicResult* results, int* found);

    [LibraryImport(CudaLibrary.Cublas, EntryPoint = "cublasLtMatmul")]
    public static partial int Multiply(
        nint handle, nint description, float* alpha, ulong a, nint aLayout, ulong b, nint bLayout, float* beta, ulong c, nint cLayout, ulong d, nint dLayout,
        Algorithm* algorithm, ulong workspace, nuint workspaceBytes, nint stream);

    /// <summary>cublasOperation_t's CUBLAS_OP_T.</summary>
    public const int Transposed = 1;

    /// <summary>CUBLASLT_MATMUL_DESC_TRANSA.</summary>
    public const int TransposeA = 3;

    /// <summary>CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES.</summary>
    public const int MaxWorkspaceBytes = 1;

    /// <summary>cudaDataType_t.</summary>
    internal enum NumberType
    {
        Float32 = 0,
        BFloat16 = 14,
    }

    /// <summary>cublasComputeType_t: CUBLAS_COMPUTE_32F, which rounds no f32 input to fewer bits.</summary>
    internal enum ComputeType
    {
        Float32 = 68,
    }

    /// <summary>cublasLtMatmulAlgo_t.</summary>
    [InlineArray(8)]
    internal struct Algorithm
    {
        private ulong _data;
    }

    /// <summary>cublasLtMatmulHeuristicResult_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct HeuristicResult
    {
        public Algorithm Algorithm;
        public nuint WorkspaceBytes;
        public int Status;
        public float Waves;
        private readonly long _reserved0;
        private readonly long _reserved1;
    }
}
