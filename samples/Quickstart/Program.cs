using Quickstart;
using TttGen.App;

return TttApp.Run<TinyBooks>(args);
