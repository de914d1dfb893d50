using System.Globalization;
using TttGen.Cuda.Driver;

namespace TttGen.Cuda;

/// <summary>A kernel on a GPU.</summary>
public sealed class CudaKernel : DeviceKernel
{
    private readonly KernelEntry _entry;
    private readonly Type[] _types;
    private readonly KernelArgumentKind[] _kinds;

    internal CudaKernel(CudaModules owner, nint function, KernelEntry entry, int registers, int localBytes) : base(entry.Name)
    {
        (Owner, Function, _entry, Registers, LocalBytes) = (owner, function, entry, registers, localBytes);
        _kinds = [.. entry.Parameters.Select(static parameter => parameter.Kind)];
        _types = [.. entry.Parameters.Select(static parameter => (parameter.Kind, parameter.Element) switch
        {
            (KernelArgumentKind.Int, _) or (KernelArgumentKind.View, ElementKind.Int) => typeof(int),
            (KernelArgumentKind.Long, _) or (KernelArgumentKind.View, ElementKind.Long) => typeof(long),
            (KernelArgumentKind.View, ElementKind.UShort) => typeof(ushort),
            (KernelArgumentKind.View, ElementKind.Byte) => typeof(byte),
            _ => typeof(float),
        })];
    }

    /// <summary>Threads of a group.</summary>
    public int Threads => _entry.Threads;

    /// <summary>Bytes of shared memory of a group.</summary>
    public int SharedBytes => _entry.SharedStatic + _entry.SharedDynamic;

    /// <summary>Registers of a thread, as the driver gave them out.</summary>
    public int Registers { get; }

    /// <summary>Bytes of a thread that did not fit into registers.</summary>
    public int LocalBytes { get; }

    /// <summary>Whose code it is part of.</summary>
    internal CudaModules Owner { get; }

    /// <summary>CUfunction.</summary>
    internal nint Function { get; }

    internal int SharedDynamic => _entry.SharedDynamic;

    /// <summary>Compares arguments with what the kernel takes.</summary>
    /// <exception cref="ArgumentException">They are others.</exception>
    internal void Check(ReadOnlySpan<KernelArgument> arguments)
    {
        if (arguments.Length != _kinds.Length)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{Name}: expected {_kinds.Length} arguments ({Signature}), found {arguments.Length}"));
        for (var i = 0; i < _kinds.Length; i++)
            if (arguments[i].Kind != _kinds[i] || arguments[i].ElementType != _types[i])
                throw new ArgumentException($"{Name}: {_entry.Parameters[i].Name}: expected {Describe(_kinds[i], _types[i])}, found {Describe(arguments[i].Kind, arguments[i].ElementType)}");
    }

    private string Signature => string.Join(", ", _entry.Parameters.Select((parameter, i) => $"{parameter.Name}: {Describe(_kinds[i], _types[i])}"));

    private static string Describe(KernelArgumentKind kind, Type? type)
    {
        var name = type == typeof(int) ? "int" : type == typeof(long) ? "long" : type == typeof(float) ? "float" : type == typeof(ushort) ? "ushort" : type == typeof(byte) ? "byte" : "nothing";
        return kind is KernelArgumentKind.View && type is not null ? $"a view of {name}" : name;
    }
}
