using System.CommandLine;

namespace TttGen.App.CommandLine;

/// <summary>Options that are paths.</summary>
internal static class Paths
{
    /// <summary>Refuses the empty path, which a variable that is not set leaves on a command line.</summary>
    public static Option<T> NotEmpty<T>(this Option<T> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(static token => token.Value.Length == 0))
                result.AddError($"{option.Name}: expected a path, found an empty one");
        });
        return option;
    }
}
