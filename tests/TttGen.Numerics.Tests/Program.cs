using TttGen.Numerics.Tests.Compiled;

// dotnet exec TttGen.Numerics.Tests.dll FILE: what VectorLevelTests asks of a process whose runtime has been told not to use wider vectors.
LevelLogits.Compute().Write(args[0]);
