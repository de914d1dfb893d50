using System.Reflection;

namespace TttGen.Cuda;

/// <summary>Where a kernel's code lies: among the resources <c>TttGen.Cuda/MODEL/…</c> that the build embeds.</summary>
/// <param name="Assembly">The model's assembly.</param>
/// <param name="Model">The model's full name: <c>App.Ttt125M</c>.</param>
/// <param name="Kernel">The kernel's name: <c>RowsNorm</c>.</param>
public sealed record KernelImage(Assembly Assembly, string Model, string Kernel);
