using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>The mathematics of a product stage: <c>W1 −= tokLast · keyᵀ · deltaW1</c>.</summary>
internal static class ProductFormula
{
    public static string Of(TileKernel kernel, ContractStage c)
    {
        var right = kernel.Buffers[c.B.Value!].Name + (c.B.Transposed ? "ᵀ" : "");
        var product = c.A.Value is null ? $"sum of the rows of {right}" : $"{kernel.Buffers[c.A.Value].Name}{(c.A.Transposed ? "ᵀ" : "")} · {right}";
        var factors = c.Scalars.Select(s => kernel.Buffers[s].Name).ToList();
        var size = Math.Abs(c.Constant);
        if (size != 1) factors.Insert(0, Numbers.Short(size));
        var sign = (c.Accumulate, c.Constant < 0) switch { (true, true) => "−=", (true, false) => "+=", (false, true) => "= −", _ => "=" };
        var triangle = c.Triangle == Triangle.None ? "" : $", its {c.Triangle.ToString().ToLowerInvariant()} triangle";
        return $"{c.Destination.Name} {sign} {string.Concat(factors.Select(s => s + " · "))}{product}{triangle}";
    }
}
