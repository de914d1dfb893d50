namespace TttGen.Cpu;

/// <summary>Work that every worker of a <see cref="WorkerPool"/> does a share of: generated models are such, a kernel number each.</summary>
public interface IParallelWork
{
    /// <summary>Does one worker's share.</summary>
    /// <param name="kernel">Which work.</param>
    /// <param name="worker">0 … workers − 1; 0 is the thread that called <see cref="WorkerPool.Run"/>.</param>
    /// <param name="workers">Workers that share it.</param>
    void Execute(int kernel, int worker, int workers);
}
