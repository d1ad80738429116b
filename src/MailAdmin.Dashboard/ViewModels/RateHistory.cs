namespace MailAdmin.Dashboard.ViewModels;

/// <summary>The last readings of one rate, oldest first, for a sparkline.</summary>
internal sealed class RateHistory(int capacity = RateHistory.DefaultCapacity)
{
    /// <summary>As many as the widest card can show.</summary>
    public const int DefaultCapacity = 240;

    private readonly double[] _values = new double[capacity];
    private int _next;

    /// <summary>Readings held.</summary>
    public int Count { get; private set; }

    /// <summary>The newest reading.</summary>
    public double Last => Count == 0 ? 0 : _values[(_next + _values.Length - 1) % _values.Length];

    /// <summary>Adds a reading.</summary>
    public void Add(double value)
    {
        _values[_next] = value;
        _next = (_next + 1) % _values.Length;
        Count = Math.Min(Count + 1, _values.Length);
    }

    /// <summary>
    /// The last <paramref name="width"/> readings as levels 0…<paramref name="levels"/>-1, right-aligned: what is not there yet is 0. The scale is the largest
    /// of them; a reading above zero is never shown as zero.
    /// </summary>
    public int[] Levels(int width, int levels)
    {
        var result = new int[Math.Max(0, width)];
        var count = Math.Min(Count, result.Length);
        double max = 0;
        for (var i = 1; i <= count; i++)
        {
            max = Math.Max(max, At(i));
        }

        for (var i = 1; i <= count && max > 0; i++)
        {
            var value = At(i);
            result[^i] = value <= 0 ? 0 : Math.Clamp((int)Math.Round(value / max * (levels - 1)), 1, levels - 1);
        }

        return result;
    }

    private double At(int fromEnd) => _values[(_next + _values.Length - fromEnd) % _values.Length];
}
