namespace TttGen.Cuda.Driver;

/// <summary>How cuBLASLt multiplies matrices of one size and type.</summary>
internal sealed unsafe class CublasProduct
{
    private readonly nint _description;
    private readonly nint _x;
    private readonly nint _weights;
    private readonly nint _y;

    /// <summary>Asks for the best way.</summary>
    /// <param name="handle">cublasLtHandle_t.</param>
    /// <param name="size">Rows and columns of the result, and what is summed over.</param>
    /// <param name="workspaceBytes">Memory that it may use.</param>
    public CublasProduct(nint handle, (CublasApi.NumberType Type, int Rows, int Columns, int Inner) size, nuint workspaceBytes)
    {
        // Its matrices are stored by columns. So ours, by rows, are transposed to it: yᵀ [columns, rows] = Wᵀᵀ · xᵀ, with Wᵀ [inner, columns] and xᵀ [inner, rows].
        var (type, rows, columns, inner) = size;
        nint description, x, weights, y, preference = 0;
        var transposed = CublasApi.Transposed;
        Works = CublasApi.DescriptionCreate(&description, CublasApi.ComputeType.Float32, CublasApi.NumberType.Float32) == 0 && Keep(description, out _description)
            && CublasApi.DescriptionSet(_description, CublasApi.TransposeA, &transposed, sizeof(int)) == 0
            && CublasApi.LayoutCreate(&weights, type, (ulong)inner, (ulong)columns, inner) == 0 && Keep(weights, out _weights)
            && CublasApi.LayoutCreate(&x, type, (ulong)inner, (ulong)rows, inner) == 0 && Keep(x, out _x)
            && CublasApi.LayoutCreate(&y, CublasApi.NumberType.Float32, (ulong)columns, (ulong)rows, columns) == 0 && Keep(y, out _y)
            && CublasApi.PreferenceCreate(&preference) == 0;
        if (!Works)
            return;
        CublasApi.HeuristicResult best = default;
        int found;
        Works = CublasApi.PreferenceSet(preference, CublasApi.MaxWorkspaceBytes, &workspaceBytes, (nuint)sizeof(nuint)) == 0
            && CublasApi.Heuristic(handle, _description, _weights, _x, _y, _y, preference, 1, &best, &found) == 0 && found > 0 && best.Status == 0;
        _ = CublasApi.PreferenceDestroy(preference);
        if (Works)
            Algorithm = best.Algorithm;
    }

    /// <summary>Whether there is a way.</summary>
    public bool Works { get; }

    private CublasApi.Algorithm Algorithm { get; }

    /// <summary>Multiplies.</summary>
    /// <returns>cublasStatus_t.</returns>
    public int Run(nint handle, ulong x, ulong weights, ulong y, float beta, ulong workspace, nuint workspaceBytes, nint stream)
    {
        var alpha = 1f;
        var algorithm = Algorithm;
        return CublasApi.Multiply(handle, _description, &alpha, weights, _weights, x, _x, &beta, y, _y, y, _y, &algorithm, workspace, workspaceBytes, stream);
    }

    /// <summary>Lets the descriptions go.</summary>
    public void Free()
    {
        foreach (var layout in (ReadOnlySpan<nint>)[_x, _weights, _y])
            if (layout != 0)
                _ = CublasApi.LayoutDestroy(layout);
        if (_description != 0)
            _ = CublasApi.DescriptionDestroy(_description);
    }

    private static bool Keep(nint created, out nint kept)
    {
        kept = created;
        return true;
    }
}
