using MailAdmin.Errors;
using MailAdmin.Security;

namespace MailAdmin.Tests.Security;

public sealed class SaslPrepTests
{
    [Theory]
    // RFC 4013 §3.
    [InlineData("I\u00ADX", "IX")]
    [InlineData("user", "user")]
    [InlineData("USER", "USER")]
    [InlineData("\u00AA", "a")]
    [InlineData("\u2168", "IX")]
    // Spaces of every kind, what is mapped to nothing, composed and decomposed.
    [InlineData("a\u00A0b\u3000c", "a b c")]
    [InlineData("a\u200Cb\uFEFFc", "abc")]
    [InlineData("gru\u0308\u00DFe", "gr\u00FC\u00DFe")]
    // Right to left, alone and with digits between.
    [InlineData("\u0627\u0644\u0633", "\u0627\u0644\u0633")]
    [InlineData("\u06271\u0628", "\u06271\u0628")]
    // Younger than Unicode 3.2.
    [InlineData("\U0001F511 key", "\U0001F511 key")]
    public void It_maps_and_normalises(string text, string expected)
    {
        Assert.True(SaslPrep.TryPrepare(text, out var prepared));
        Assert.Equal(expected, prepared);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u00AD")]
    // RFC 4013 §3: a control character; right to left without its like at the end.
    [InlineData("\u0007")]
    [InlineData("\u06271")]
    [InlineData("\u0627b\u0628")]
    [InlineData("tab\there")]
    [InlineData("\u0085")]
    [InlineData("\u200Ex")]
    [InlineData("\u202Ex")]
    [InlineData("\u2028")]
    [InlineData("\uE000")]
    [InlineData("\uFDD0")]
    [InlineData("\uFFFD")]
    [InlineData("\uFFFE")]
    [InlineData("\U0001FFFF")]
    [InlineData("\U000E0001")]
    [InlineData("\U000F0000")]
    [InlineData("\u2FF0")]
    [InlineData("\u0340")]
    [InlineData("lone\uD800")]
    public void It_refuses_what_is_prohibited(string text) => Assert.False(SaslPrep.TryPrepare(text, out _));

    [Fact]
    public void A_verifier_holds_for_every_way_to_type_the_password()
    {
        var verifier = ScramVerifier.Create("gr\u00FC\u00DFe\u00A0dich", 4096);
        Assert.True(verifier.Verify("gru\u0308\u00DFe dich"));
        Assert.False(verifier.Verify("grusse dich"));
        Assert.False(verifier.Verify("gr\u00FC\u00DFe dich\t"));
        Assert.False(verifier.Verify(""));
    }

    [Fact]
    public void A_password_that_cannot_be_prepared_makes_no_verifier() =>
        Assert.Equal("PasswordNotUsable", Assert.Throws<MailAdminException>(() => ScramVerifier.Create("tab\there", 4096)).ErrorId);
}
