using ILGPU;

namespace TttGen.Ptx;

/// <summary>What can be launched: groups of up to 1024 threads; views of plain numbers, and int, long, float.</summary>
internal static class KernelSignature
{
    private const int MostThreads = 1024;

    private static readonly Dictionary<Type, string> Elements = new()
    {
        [typeof(float)] = "float",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(ushort)] = "ushort",
        [typeof(byte)] = "byte",
    };

    /// <summary>What is wrong with a kernel's signature.</summary>
    public static IEnumerable<Finding> Check(ModelKernel kernel)
    {
        if (kernel.Attribute.Threads is < 1 or > MostThreads)
            yield return new(Finding.Signature, true, kernel, $"expected groups of 1 to {MostThreads} threads, found {kernel.Attribute.Threads}; correct its [Kernel]");
        if (kernel.Method.IsGenericMethodDefinition || kernel.Method.DeclaringType!.IsGenericTypeDefinition || kernel.Method.ReturnType != typeof(void))
            yield return new(Finding.Signature, true, kernel, $"expected a method that is not generic and returns nothing, found {kernel.Method}; write one kernel for each case");
        foreach (var parameter in kernel.Method.GetParameters())
            if (Kind(parameter.ParameterType) is null)
                yield return new(Finding.Signature, true, kernel, $"{parameter.Name}: expected int, long, float or ArrayView of float, int, long, ushort or byte, found {parameter.ParameterType}; pass it as those");
    }

    /// <summary>The parameters, as the manifest has them.</summary>
    public static IReadOnlyList<ManifestParameter> Parameters(ModelKernel kernel) =>
        [.. kernel.Method.GetParameters().Select(parameter => new ManifestParameter(parameter.Name!, Kind(parameter.ParameterType)!.Value.Kind, Kind(parameter.ParameterType)!.Value.Element))];

    private static (string Kind, string? Element)? Kind(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>)) return Elements.TryGetValue(type.GetGenericArguments()[0], out var element) ? ("view", element) : null;
        return type == typeof(int) || type == typeof(long) || type == typeof(float) ? (Elements[type], null) : null;
    }
}
