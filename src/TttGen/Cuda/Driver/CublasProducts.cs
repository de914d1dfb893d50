using System.Globalization;

namespace TttGen.Cuda.Driver;

/// <summary>Large products by cuBLASLt, where it is installed.</summary>
internal sealed unsafe class CublasProducts
{
    // As NVIDIA recommends for Hopper; earlier GPUs need less.
    private const int WorkspaceBytes = 32 << 20;

    private readonly CudaContext _context;
    private readonly nint _handle;
    private readonly CudaBuffer _workspace;
    private readonly Dictionary<(CublasApi.NumberType, int, int, int), CublasProduct> _products = [];

    private CublasProducts(CudaContext context, nint handle, CudaBuffer workspace) => (_context, _handle, _workspace) = (context, handle, workspace);

    /// <summary>Opens the library; null where it is not there or does not start.</summary>
    public static CublasProducts? TryOpen(CudaContext context, CudaDevice device)
    {
        if (!CudaLibrary.TryLoadCublas())
            return null;
        var workspace = (CudaBuffer)device.Allocate(WorkspaceBytes, "cuBLASLt's own use");
        try
        {
            nint handle;
            if (CublasApi.Create(&handle) == 0)
                return new CublasProducts(context, handle, workspace);
        }
        catch (EntryPointNotFoundException)
        {
            // Some other library of that name.
        }
        workspace.Dispose();
        return null;
    }

    /// <summary>y = x · Wᵀ, or y += x · Wᵀ.</summary>
    /// <returns>Whether the library has a way to do it; nothing was done where it hasn't.</returns>
    public bool TryMultiply(CublasApi.NumberType type, ulong x, ulong weights, ulong y, int rows, int columns, int inner, bool add)
    {
        var size = (type, rows, columns, inner);
        if (!_products.TryGetValue(size, out var product))
            _products[size] = product = new CublasProduct(_handle, size, WorkspaceBytes);
        if (!product.Works)
            return false;
        var status = product.Run(_handle, x, weights, y, add ? 1 : 0, _workspace.Address, WorkspaceBytes, _context.Stream);
        return status == 0
            ? true
            : throw new TttException(string.Create(CultureInfo.InvariantCulture, $"{_context.Name}: multiplying [{rows}, {inner}] by [{columns}, {inner}] transposed: cublasLtMatmul: status {status}"));
    }

    /// <summary>Closes the library. The workspace is freed with all other memory.</summary>
    public void Free()
    {
        foreach (var product in _products.Values)
            product.Free();
        _products.Clear();
        _ = CublasApi.Destroy(_handle);
    }
}
