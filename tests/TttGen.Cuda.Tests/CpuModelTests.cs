using TttGen.Cuda.Tests.Fake;
using TttGen.Inference;

namespace TttGen.Cuda.Tests;

public sealed class CpuModelTests : DriverTests
{
    [DriverFact]
    public void A_model_without_kernels_is_neither_created_nor_loaded_on_a_device()
    {
        const string Expected = "CpuModel has no kernels for Fake A (cuda:0); set <TttGenCuda>true</TttGenCuda> in its project, or run it on the CPU";
        var folder = Directory.CreateTempSubdirectory("tttgen-cuda-").FullName;
        try
        {
            using (var model = CpuModel.Definition.Create(1, new ModelOptions { Threads = 1 }))
                model.Save(folder);
            using var device = Open();
            var options = new ModelOptions { Threads = 1, Device = device };

            Assert.False(CpuModel.Definition.HasCuda);
            Assert.Equal(Expected, Assert.Throws<TttException>(() => CpuModel.Definition.Create(1, options)).Message);
            Assert.Equal(Expected, Assert.Throws<TttException>(() => CpuModel.Definition.Load(folder, options)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
