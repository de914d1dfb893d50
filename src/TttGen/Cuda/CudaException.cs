using System.Runtime.InteropServices;
using TttGen.Cuda.Driver;

namespace TttGen.Cuda;

/// <summary>NVIDIA's driver refused something.</summary>
public sealed class CudaException : TttException
{
    /// <summary>An error of a call, with its one line.</summary>
    internal CudaException(string message, CudaResult result, string call) : base(message) => (Code, Error, Call) = ((int)result, NameOf(result), call);

    /// <summary>The driver's number: CUresult.</summary>
    public int Code { get; }

    /// <summary>The driver's name for it: <c>CUDA_ERROR_ILLEGAL_ADDRESS</c>.</summary>
    public string Error { get; }

    /// <summary>The driver's function: <c>cuStreamSynchronize</c>.</summary>
    public string Call { get; }

    /// <summary><c>cuLaunchKernel: CUDA_ERROR_INVALID_VALUE (invalid argument)</c>.</summary>
    internal static string Describe(CudaResult result, string call) => TextOf(result) is { Length: > 0 } text ? $"{call}: {NameOf(result)} ({text})" : $"{call}: {NameOf(result)}";

    internal static unsafe string NameOf(CudaResult result)
    {
        byte* name = null;
        return CudaApi.GetErrorName(result, &name) is CudaResult.Success && name is not null ? Marshal.PtrToStringUTF8((nint)name)! : $"CUDA error {(int)result}";
    }

    private static unsafe string TextOf(CudaResult result)
    {
        byte* text = null;
        return CudaApi.GetErrorString(result, &text) is CudaResult.Success && text is not null ? Marshal.PtrToStringUTF8((nint)text)! : "";
    }
}
