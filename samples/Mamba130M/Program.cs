using TttGen.App;

return TttApp.Run<Mamba130MSample.Mamba130M>(args);
