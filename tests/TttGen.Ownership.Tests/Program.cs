using TttGen.Ownership.Tests;

// dotnet exec TttGen.Ownership.Tests.dll SCENARIO COUNT: what the tests run in a process whose death is a failure.
return Scenarios.Run(args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
