namespace TttGen;

/// <summary>
/// Answers a spec's questions for its parameters (<see cref="ISpec{TSelf}.Bind"/>), one method a kind. Keys are relative to the spec that asks
/// and complete: the generator has put in <c>.weight</c>, and <c>model.</c> for a model's own parameters.
/// </summary>
public interface IParameterBinder
{
    /// <summary>A vector.</summary>
    /// <param name="key">Its key in this spec.</param>
    /// <param name="unitAxis">Where the checkpoint's shape has an extra axis of size one, or −1.</param>
    /// <param name="slow">In an inner model: not updated at test time.</param>
    /// <param name="shared">In an inner model: one for all heads.</param>
    Vec<TSize> Vec<TSize>(string key, int unitAxis = -1, bool slow = false, bool shared = false) where TSize : IDim;

    /// <summary>A matrix, [rows, columns].</summary>
    /// <param name="key">Its key in this spec.</param>
    /// <param name="unitAxis">Where the checkpoint's shape has an extra axis of size one, or −1.</param>
    /// <param name="slow">In an inner model: not updated at test time.</param>
    /// <param name="shared">In an inner model: one for all heads.</param>
    Mat<TRows, TColumns> Mat<TRows, TColumns>(string key, int unitAxis = -1, bool slow = false, bool shared = false) where TRows : IDim where TColumns : IDim;

    /// <summary>A weight that rows are multiplied by, stored [output, input].</summary>
    /// <param name="key">Its key in this spec.</param>
    /// <param name="unitAxis">Where the checkpoint's shape has an extra axis of size one, or −1.</param>
    Linear<TInput, TOutput> Linear<TInput, TOutput>(string key, int unitAxis = -1) where TInput : IDim where TOutput : IDim;

    /// <summary>An embedding, [vocabulary, width].</summary>
    Embedding<TVocabulary, TWidth> Embedding<TVocabulary, TWidth>(string key) where TVocabulary : IDim where TWidth : IDim;

    /// <summary>An output head of its own, [vocabulary, width]; its key is <c>lm_head.weight</c> whoever asks.</summary>
    LmHead<TWidth, TVocabulary> LmHead<TWidth, TVocabulary>() where TWidth : IDim where TVocabulary : IDim;

    /// <summary>A number from config.json.</summary>
    /// <param name="key">Its key there.</param>
    /// <param name="fallback">Its value where the key is missing.</param>
    double Setting(string key, double fallback);

    /// <summary>One inner model a head.</summary>
    PerHead<THeads, TModel> PerHead<THeads, TModel>(string key) where THeads : IDim where TModel : ISpec<TModel>;

    /// <summary>A block repeated, each time with weights of its own, under <c>key.0</c>, <c>key.1</c> ….</summary>
    Stack<TDepth, TBlock, TWidth> Stack<TDepth, TBlock, TWidth>(string key) where TDepth : IDim where TBlock : ILayer<TBlock, TWidth> where TWidth : IDim;

    /// <summary>A spec within this one; the empty key for no part of its own.</summary>
    TSpec Spec<TSpec>(string key) where TSpec : ISpec<TSpec>;
}
