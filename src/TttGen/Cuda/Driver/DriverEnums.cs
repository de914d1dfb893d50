namespace TttGen.Cuda.Driver;

/// <summary>CUdevice_attribute.</summary>
internal enum DeviceAttribute
{
    ClockRate = 13,
    MultiProcessorCount = 16,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    MaxSharedMemoryPerBlockOptin = 97,
}

/// <summary>CUfunction_attribute.</summary>
internal enum FunctionAttribute
{
    MaxThreadsPerBlock = 0,
    LocalSizeBytes = 3,
    Registers = 4,
    MaxDynamicSharedSizeBytes = 8,
}

/// <summary>CUjit_option.</summary>
internal enum JitOption
{
    InfoLogBuffer = 3,
    InfoLogBufferSizeBytes = 4,
    ErrorLogBuffer = 5,
    ErrorLogBufferSizeBytes = 6,
}
