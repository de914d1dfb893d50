using TttGen.App;

return TttApp.Run<TttMlp125MSample.TttMlp125M>(args);
