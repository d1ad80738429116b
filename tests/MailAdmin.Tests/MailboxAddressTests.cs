using System.Globalization;
using MailAdmin.Addresses;

namespace MailAdmin.Tests;

public class MailboxAddressTests
{
    [Theory]
    [InlineData("Alice@Example.COM", "alice@example.com")]
    [InlineData(" bob@example.com. ", "bob@example.com")]
    [InlineData("\"carol\"@example.com", "carol@example.com")]
    [InlineData("jörg@bücher.example", "jörg@xn--bcher-kva.example")]
    public void Two_spellings_of_one_mailbox_are_equal(string text, string canonical) =>
        Assert.Equal(canonical, MailboxAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@example.com")]
    [InlineData("alice@")]
    [InlineData("alice@exa mple.com")]
    [InlineData("a\r\nb@example.com")]
    [InlineData(".alice@example.com")]
    [InlineData("alice..b@example.com")]
    [InlineData("alice@-example.com")]
    [InlineData("\"\"@example.com")]
    public void What_is_no_address_is_refused_with_a_reason(string text)
    {
        Assert.False(MailboxAddress.TryParse(text, out _, out var reason));
        Assert.False(string.IsNullOrEmpty(reason));
    }

    [Fact]
    public void A_domain_that_is_seen_to_be_canonical_is_what_the_mapping_makes_of_it()
    {
        var idn = new IdnMapping { AllowUnassigned = false, UseStd3AsciiRules = true };
        var random = new Random(4711);
        var valid = 0;
        string[] pieces = ["a", "z", "0", "9", "-", ".", "xn--", new string('b', 62), "example", "com", "B", "_", "\u00fc"];
        for (var i = 0; i < 100_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => pieces[random.Next(pieces.Length)])).TrimEnd('.');
            string? mapped = null;
            try
            {
                mapped = text.Length is 0 or > MailboxAddress.MaxDomainOctets ? null : idn.GetAscii(text).ToLowerInvariant();
            }
            catch (ArgumentException)
            {
                // No domain name.
            }

            valid += mapped is null ? 0 : 1;
            MailboxAddress.TryCanonicalDomain(text, out var canonical);
            Assert.True(mapped == canonical, $"{text}: {mapped} and {canonical}");
        }

        Assert.InRange(valid, 1000, 99_000);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_no_letter() => Assert.False(MailboxAddress.TryParse("half\uD800@example.com", out _));

    [Fact]
    public void Detail_is_split_at_the_first_separator()
    {
        var address = MailboxAddress.Parse("alice+lists+dev@example.com").WithoutDetail('+', out var detail);
        Assert.Equal("alice@example.com", address.ToString());
        Assert.Equal("lists+dev", detail);
    }
}
