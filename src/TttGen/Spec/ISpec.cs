using System.Collections.ObjectModel;

namespace TttGen;

/// <summary>A record of weights with what is computed from them. The generator writes <see cref="Bind"/>.</summary>
/// <typeparam name="TSelf">The record.</typeparam>
public interface ISpec<TSelf> where TSelf : ISpec<TSelf>
{
    /// <summary>
    /// Constructs the spec, asking for each parameter by its key. Whoever answers decides what happens: parameters are listed, loaded, drawn
    /// or replaced through this one method.
    /// </summary>
    static abstract TSelf Bind(IParameterBinder binder);

    /// <summary>What the spec says of settings of config.json that other parts of a model read ([Config] with a number on the record): their default.</summary>
    static virtual IReadOnlyDictionary<string, double> Defaults => ReadOnlyDictionary<string, double>.Empty;
}

/// <summary>
/// A memory: a model of one vector that is trained at test time, on every token, by the gradient of its own loss.
/// Its fast weights (all that are not [Slow]) are the state that the layer carries.
/// </summary>
/// <typeparam name="TSelf">The record.</typeparam>
/// <typeparam name="TFeature">The size of keys, values and queries: one head's part of the width.</typeparam>
public interface IInnerModel<TSelf, TFeature> : ISpec<TSelf> where TSelf : ISpec<TSelf> where TFeature : IDim
{
    /// <summary>What the memory answers; the layer's output is <c>Predict(query)</c> with the weights after the query's own token.</summary>
    Vec<TFeature> Predict(Vec<TFeature> x);

    /// <summary>How wrong the memory is of one token: what its gradient step lowers.</summary>
    Scalar Loss(Vec<TFeature> key, Vec<TFeature> value);
}

/// <summary>Rows in, rows of the same width out: what <see cref="Stack{TDepth, TBlock, TWidth}"/> repeats.</summary>
/// <typeparam name="TSelf">The record.</typeparam>
/// <typeparam name="TWidth">Elements of a row.</typeparam>
public interface ILayer<TSelf, TWidth> : ISpec<TSelf> where TSelf : ILayer<TSelf, TWidth> where TWidth : IDim
{
    /// <summary>The layer's output for every row of one sequence.</summary>
    Seq<TWidth> Apply(Seq<TWidth> x);
}
