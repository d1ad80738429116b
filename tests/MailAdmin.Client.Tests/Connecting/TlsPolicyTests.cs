using MailAdmin.Client.Connecting;
using MailAdmin.Errors;
using MailKit.Security;

namespace MailAdmin.Client.Tests.Connecting;

public class TlsPolicyTests
{
    [Theory]
    [InlineData("mail.example.com", 25, null, false, false, SecureSocketOptions.StartTlsWhenAvailable)]
    [InlineData("mail.example.com", 25, null, true, false, SecureSocketOptions.StartTls)]
    [InlineData("mail.example.com", 587, null, false, true, SecureSocketOptions.StartTls)]
    [InlineData("127.0.0.1", 2587, null, false, true, SecureSocketOptions.StartTlsWhenAvailable)]
    [InlineData("::1", 2587, null, true, true, SecureSocketOptions.StartTls)]
    [InlineData("mail.example.com", 465, null, false, false, SecureSocketOptions.SslOnConnect)]
    [InlineData("localhost", 2993, null, false, true, SecureSocketOptions.SslOnConnect)]
    [InlineData("mail.example.com", 25, MailTlsMode.None, false, false, SecureSocketOptions.None)]
    [InlineData("localhost", 143, MailTlsMode.None, false, true, SecureSocketOptions.None)]
    [InlineData("mail.example.com", 25, MailTlsMode.Implicit, false, true, SecureSocketOptions.SslOnConnect)]
    public void What_is_asked_for_decides(string host, int port, MailTlsMode? mode, bool demanded, bool credential, SecureSocketOptions expected) =>
        Assert.Equal(expected, TlsPolicy.Decide(host, port, mode, demanded, credential).Options);

    [Theory]
    [InlineData("mail.example.com")]
    [InlineData("localhost")]
    public void A_demand_for_TLS_and_one_for_plaintext_contradict_each_other(string host) =>
        Assert.Equal("PlaintextRefused", Assert.Throws<MailAdminException>(() => TlsPolicy.Decide(host, 25, MailTlsMode.None, true, false)).ErrorId);

    [Fact]
    public void A_password_never_goes_to_another_machine_in_plaintext() =>
        Assert.Equal("PlaintextLoginRefused", Assert.Throws<MailAdminException>(() => TlsPolicy.Decide("mail.example.com", 25, MailTlsMode.None, false, true)).ErrorId);
}
