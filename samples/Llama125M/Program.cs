using TttGen.App;

return TttApp.Run<Llama125MSample.Llama125M>(args);
