using System.CommandLine;

namespace TttGen.App.CommandLine;

/// <summary>Options that are on the command line, told from those that have their default.</summary>
internal static class GivenOptions
{
    /// <summary>Whether the option is on the command line.</summary>
    public static bool IsInRegister(this ParseResult arguments, Option option) => arguments.GetResult(option) is { Implicit: false };

    /// <summary>The option's value where it is on the command line.</summary>
    public static T Given<T>(this ParseResult arguments, Option<T> option, T otherwise) => arguments.IsInRegister(option) ? arguments.GetValue(option)! : otherwise;

    /// <summary>The option without a default: its description says what happens where it is not given.</summary>
    public static Option<T> WithoutDefault<T>(this Option<T> option)
    {
        option.DefaultValueFactory = null;
        return option;
    }
}
