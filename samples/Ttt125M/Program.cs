using TttGen.App;

return TttApp.Run<Ttt125MSample.Ttt125M>(args);
