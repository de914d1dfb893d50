namespace TttGen;

/// <summary>What a recurrence takes beside its channels' own rows: of each token and channel, of each token and place, or the same for all tokens.</summary>
/// <typeparam name="TChannels">Channels of the recurrence.</typeparam>
/// <typeparam name="TPlaces">Places of a channel.</typeparam>
public readonly struct StepInput<TChannels, TPlaces> where TChannels : IDim where TPlaces : IDim
{
    private readonly Func<int, int, int, double> _at;

    private StepInput(int? rows, Func<int, int, int, double> at) => (Rows, _at) = (rows, at);

    /// <summary>Tokens that there is one for; null: it is the same for all.</summary>
    internal int? Rows { get; }

    /// <summary>What one element gets of it.</summary>
    internal double At(int token, int channel, int place) => _at(token, channel, place);

    /// <summary>Of each token and channel; all its places get the same.</summary>
    public static implicit operator StepInput<TChannels, TPlaces>(Seq<TChannels> rows) => new(rows.Rows, (t, channel, _) => rows.Row(t)[channel]);

    /// <summary>Of each token and place; all channels get the same.</summary>
    public static implicit operator StepInput<TChannels, TPlaces>(Seq<TPlaces> rows) => new(rows.Rows, (t, _, place) => rows.Row(t)[place]);

    /// <summary>Of each channel and place, for all tokens.</summary>
    public static implicit operator StepInput<TChannels, TPlaces>(Mat<TChannels, TPlaces> weight) => new(null, (_, channel, place) => weight[channel, place].Value);

    /// <summary>Of each channel, for all tokens and places.</summary>
    public static implicit operator StepInput<TChannels, TPlaces>(Vec<TChannels> weight) => new(null, (_, channel, _) => weight.Items[channel].Value);

    /// <summary>One number for all.</summary>
    public static implicit operator StepInput<TChannels, TPlaces>(double number) => new(null, (_, _, _) => number);
}

/// <summary>What a recurrence of one number a channel takes beside its rows: of each token and channel, or the same for all tokens.</summary>
/// <typeparam name="TChannels">Channels of the recurrence.</typeparam>
public readonly struct StepInput<TChannels> where TChannels : IDim
{
    private readonly Func<int, int, double> _at;

    private StepInput(int? rows, Func<int, int, double> at) => (Rows, _at) = (rows, at);

    /// <summary>Tokens that there is one for; null: it is the same for all.</summary>
    internal int? Rows { get; }

    /// <summary>What one channel gets of it.</summary>
    internal double At(int token, int channel) => _at(token, channel);

    /// <summary>Of each token and channel.</summary>
    public static implicit operator StepInput<TChannels>(Seq<TChannels> rows) => new(rows.Rows, (t, channel) => rows.Row(t)[channel]);

    /// <summary>Of each channel, for all tokens.</summary>
    public static implicit operator StepInput<TChannels>(Vec<TChannels> weight) => new(null, (_, channel) => weight.Items[channel].Value);

    /// <summary>One number for all.</summary>
    public static implicit operator StepInput<TChannels>(double number) => new(null, (_, _) => number);
}
