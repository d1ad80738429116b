namespace MailAdmin.Store.Search;

/// <summary>A set of content keys. Keys are given out one after another, so pages of bits hold them: an eighth of an octet each.</summary>
internal sealed class KeySet
{
    private const int PageBits = 1 << 14;

    private readonly Dictionary<long, ulong[]> _pages = [];

    public KeySet()
    {
    }

    private KeySet(KeySet other)
    {
        foreach (var (number, page) in other._pages)
        {
            _pages[number] = [.. page];
        }
    }

    public KeySet Copy() => new(this);

    public bool Contains(long key) => _pages.TryGetValue(key / PageBits, out var page) && (page[(int)(key % PageBits) >> 6] >> (int)(key & 63) & 1) != 0;

    public void Add(long key)
    {
        if (!_pages.TryGetValue(key / PageBits, out var page))
        {
            _pages[key / PageBits] = page = new ulong[PageBits / 64];
        }

        page[(int)(key % PageBits) >> 6] |= 1UL << (int)(key & 63);
    }

    public void Remove(long key)
    {
        if (_pages.TryGetValue(key / PageBits, out var page))
        {
            page[(int)(key % PageBits) >> 6] &= ~(1UL << (int)(key & 63));
        }
    }
}
