using TttGen.App;
using TttGen.Training.Tests;

// dotnet exec TttGen.Training.Tests.dll train …: what KillTests ends and continues.
return TttApp.Run<SmallModel>(args);
