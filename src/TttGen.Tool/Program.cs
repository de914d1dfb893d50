using System.CommandLine;
using TttGen;
using TttGen.Tool;

var root = new RootCommand("Tools for models that TttGen compiles") { PlotCommand.Create() };
var parsed = root.Parse(args);
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (TttException error)
{
    await Console.Error.WriteLineAsync($"error: {error.Message}");
    return 1;
}
