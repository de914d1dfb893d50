namespace TttGen.Cuda.Driver;

/// <summary>CUresult: those that something depends on. The driver itself knows all names.</summary>
internal enum CudaResult
{
    Success = 0,
    OutOfMemory = 2,
    Deinitialized = 4,
    NoDevice = 100,
    NoBinaryForGpu = 209,
    EccUncorrectable = 214,
    InvalidPtx = 218,
    NvlinkUncorrectable = 220,
    UnsupportedPtxVersion = 222,
    Contained = 226,
    IllegalAddress = 700,
    LaunchTimeout = 702,
    ContextIsDestroyed = 709,
    Assert = 710,
    HardwareStackError = 714,
    IllegalInstruction = 715,
    MisalignedAddress = 716,
    InvalidAddressSpace = 717,
    InvalidPc = 718,
    LaunchFailed = 719,
    Unknown = 999,
}

/// <summary>What errors mean.</summary>
internal static class CudaResults
{
    /// <summary>Whether nothing can be done with the context any more.</summary>
    public static bool IsSticky(this CudaResult result) => result
        is CudaResult.Deinitialized or CudaResult.EccUncorrectable or CudaResult.NvlinkUncorrectable or CudaResult.Contained
        or CudaResult.IllegalAddress or CudaResult.LaunchTimeout or CudaResult.ContextIsDestroyed or CudaResult.Assert or CudaResult.HardwareStackError
        or CudaResult.IllegalInstruction or CudaResult.MisalignedAddress or CudaResult.InvalidAddressSpace or CudaResult.InvalidPc or CudaResult.LaunchFailed
        or CudaResult.Unknown;
}
