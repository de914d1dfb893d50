using System.Text;

namespace TttGen.Generators.Parsing;

/// <summary>Checkpoint keys are parameters' names in snake case: <c>SeqModelingBlock</c> → <c>seq_modeling_block</c>, <c>TTTNorm</c> → <c>ttt_norm</c>.</summary>
internal static class SnakeCase
{
    public static string Of(string name)
    {
        var key = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && name[i - 1] != '_' && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])))) key.Append('_');
            key.Append(char.ToLowerInvariant(name[i]));
        }

        return key.ToString();
    }
}
