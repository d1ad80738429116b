using System.Net;
using MailAdmin.Addresses;

namespace MailAdmin.Tests;

public class IpRangeTests
{
    [Theory]
    [InlineData("192.0.2.17", "192.0.2.17")]
    [InlineData(" 192.0.2.17/32 ", "192.0.2.17")]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("::ffff:192.0.2.17", "192.0.2.17")]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.0/24")]
    [InlineData("2001:DB8:0:0::17", "2001:db8::17")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("2001:db8::1/128", "2001:db8::1")]
    [InlineData("::/0", "::/0")]
    public void A_range_is_read_into_its_canonical_form(string text, string canonical)
    {
        Assert.True(IpRange.TryParse(text, out var range, out _));
        Assert.Equal(canonical, range.ToString());
        Assert.True(IpRange.TryParse(canonical, out var again, out _));
        Assert.Equal(range, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("1")]
    [InlineData("192.0.2")]
    [InlineData("0x7f.1")]
    [InlineData("192.0.02.1")]
    [InlineData("192.0.2.17:25")]
    [InlineData("[2001:db8::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("192.0.2.0/")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/24/24")]
    [InlineData("::ffff:192.0.2.0/24")]
    [InlineData("2001:db8::/129")]
    public void What_is_none_says_how_it_is_written(string? text)
    {
        Assert.False(IpRange.TryParse(text, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Bits_behind_the_prefix_are_an_error_that_names_both_meanings()
    {
        Assert.False(IpRange.TryParse("192.0.2.17/24", out _, out var reason));
        Assert.Contains("192.0.2.0/24", reason, StringComparison.Ordinal);
        Assert.EndsWith("192.0.2.17 for the address.", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.0/24", "192.0.2.128/25", true)]
    [InlineData("192.0.2.128/25", "192.0.2.0/24", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("2001:db8::/64", "2001:db8::ffff:0:0:1", true)]
    [InlineData("2001:db8::/64", "2001:db8:0:1::", false)]
    public void A_network_contains_its_addresses_and_networks(string network, string other, bool isInside)
    {
        Assert.True(IpRange.TryParse(network, out var range, out _));
        Assert.True(IpRange.TryParse(other, out var inner, out _));
        Assert.Equal(isInside, range.Contains(inner));
        Assert.Equal(isInside, new MailBlock { Address = network, CreatedAt = default }.Covers(other));
    }

    [Fact]
    public void Widening_gives_the_network_around_an_address()
    {
        Assert.Equal("2001:db8:1:2::/64", IpRange.Of(IPAddress.Parse("2001:db8:1:2:3:4:5:6")).Widen(64).ToString());
        Assert.Equal("192.0.2.17", IpRange.Of(IPAddress.Parse("192.0.2.17")).Widen(64).ToString());
    }
}
