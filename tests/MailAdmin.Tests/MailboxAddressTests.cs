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
    public void Half_of_a_surrogate_pair_is_no_letter() => Assert.False(MailboxAddress.TryParse("half\uD800@example.com", out _));

    [Fact]
    public void Detail_is_split_at_the_first_separator()
    {
        var address = MailboxAddress.Parse("alice+lists+dev@example.com").WithoutDetail('+', out var detail);
        Assert.Equal("alice@example.com", address.ToString());
        Assert.Equal("lists+dev", detail);
    }
}
