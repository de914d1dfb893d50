using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using TttGen.App.Benchmarking;
using TttGen.App.CommandLine;
using TttGen.App.Evaluating;
using TttGen.App.Generating;
using TttGen.App.Inspecting;
using TttGen.App.Training;
using TttGen.Inference;

namespace TttGen.App;

/// <summary>The program that a model's binary is: the verbs <c>generate</c>, <c>eval</c>, <c>train</c>, <c>bench</c> and <c>inspect</c>.</summary>
public static class TttApp
{
    /// <summary>Runs a command line; a whole program is <c>return TttApp.Run&lt;MyModel&gt;(args);</c>.</summary>
    /// <typeparam name="TModel">The compiled [Model] record.</typeparam>
    /// <returns>0; 1 after bad input, with one line on standard error; 130 when interrupted.</returns>
    public static int Run<TModel>(string[] args) where TModel : IModel<TModel>
    {
        ProcessConsole console;
        try
        {
            console = ProcessConsole.Open();
        }
        catch (Exception exception) when (BadInputOf(exception) is { } message)
        {
            // too few file handles for signals or streams
            using var error = StandardError.Open();
            error.Write(Encoding.UTF8.GetBytes(LineOf(message) + "\n"));
            return ExitCode.BadInput;
        }
        using (console)
            return Told(console, () => Run(TModel.Definition, args, console));
    }

    /// <summary>The same with everything that the program touches given.</summary>
    internal static int Run(ModelDefinition model, string[] args, AppConsole console)
    {
        var root = new RootCommand($"{model.Name}, a language model that learns at test time ({InstructionSet.Describe()})")
        {
            GenerateCommand.Create(model, console),
            EvalCommand.Create(model, console),
            TrainCommand.Create(model, console),
            BenchCommand.Create(model, console),
            InspectCommand.Create(model, console),
        };
        // A prompt may start with '@'; no file is meant by it.
        var parsing = new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null };
        var result = root.Parse(args.Length == 0 ? ["--help"] : args, parsing);
        return Told(console, () =>
        {
            if (result.Action is ParseErrorAction)
                throw new TttException($"{string.Join(' ', result.Errors.Select(static error => error.Message).Distinct())} (--help tells what there is)");
            var code = result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = console.Out, Error = console.Error });
            console.Out.Flush();
            return code;
        });
    }

    /// <summary>What is wrong with the input or the machine, from a model's own beginning on, ends in one line.</summary>
    private static int Told(AppConsole console, Func<int> work)
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (BadInputOf(exception) is { } message)
        {
            return Refuse(console, message);
        }
        finally
        {
            console.Error.Flush();
        }
    }

    private static int Refuse(AppConsole console, string message)
    {
        console.Error.WriteLine(LineOf(message));
        return ExitCode.BadInput;
    }

    private static string LineOf(string message) => $"error: {new TttException(message).Message}";

    /// <summary>What is wrong with the input or the machine; null where the program itself is.</summary>
    private static string? BadInputOf(Exception exception) => exception switch
    {
        AggregateException or TypeInitializationException when exception.InnerException is { } inner => BadInputOf(inner),
        TttException or IOException or UnauthorizedAccessException or OutOfMemoryException => exception.Message,
        _ => null,
    };
}
