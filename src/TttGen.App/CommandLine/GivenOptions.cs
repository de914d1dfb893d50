using System.CommandLine;

namespace TttGen.App.CommandLine;

/// <summary>Options that are on the command line, told from those that have their default.</summary>
internal static class GivenOptions
{
    /// <summary>Whether the option is on the command line.</summary>
    public static bool IsGiven(this ParseResult arguments, Option option) => arguments.GetResult(option) is { Implicit: false };

    /// <summary>The option's value where it is on the command line.</summary>
    public static T Given<T>(this ParseResult arguments, Option<T> option, T otherwise) => arguments.IsGiven(option) ? arguments.GetValue(option)! : otherwise;
}
