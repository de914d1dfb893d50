using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Derivation;

/// <summary>A product that nobody named is called after its matrix, without Proj; so is what it multiplies. Gradients are named for what they are the gradients of, so this comes first.</summary>
internal static class ProductNames
{
    /// <summary>Names the products of rows and a matrix that a value is made of.</summary>
    public static void Apply(Node result)
    {
        var seen = new HashSet<Node>();
        Visit(result);

        void Visit(Node n)
        {
            if (!seen.Add(n)) return;
            foreach (var o in n.Operands) Visit(o);
            if (Of(n) is { } product) Name(product);
        }
    }

    /// <summary>Reads a value as a product of rows and a packed matrix; null where it is something else.</summary>
    public static Product? Of(Node n) =>
        Product.Of(n) is { B.Value: Input { Rank: 2 } matrix, A.Value.Rank: 2, Node.Shape: [{ IsRows: true }, _] } p && !matrix.Shape[0].IsRows ? p : null;

    /// <summary>Names one, and its operand.</summary>
    public static void Name(Product product)
    {
        var matrix = Names.Lower(product.B.Value!.Hint ?? ((Input)product.B.Value).Name);
        const string Suffix = "Proj";
        if (product.B.Transposed)
        {
            product.Node.Named(Argument.Cotangent(matrix + "Input"));
            return;
        }
        product.Node.Named(matrix.EndsWith(Suffix, StringComparison.Ordinal) && matrix.Length > Suffix.Length ? Identifiers.Safe(matrix.Substring(0, matrix.Length - Suffix.Length), NameScope.Rows) : matrix + "Row");
        if (product.A.Value is not Input) product.A.Value!.Named(matrix + "Input");
    }
}
