using System.Security.Cryptography;
using System.Text;
using MailAdmin.Protocol.Sasl;

namespace MailAdmin.Protocol.Tests.Sasl;

public sealed class SaslMechanismTests
{
    [Theory]
    [InlineData("\0tim\0tanstaaftanstaaf", SaslStepKind.CheckPassword)]
    [InlineData("tim\0tim\0secret", SaslStepKind.CheckPassword)]
    [InlineData("Ursel\0Kurt\0xipj3plmq", SaslStepKind.Refused)]
    [InlineData("tim\0secret", SaslStepKind.Malformed)]
    [InlineData("\0\0secret", SaslStepKind.Malformed)]
    [InlineData("\0tim\0", SaslStepKind.CheckPassword)]
    [InlineData("\0tim\0a\0b", SaslStepKind.Malformed)]
    [InlineData("", SaslStepKind.Malformed)]
    public void Plain(string response, SaslStepKind kind) => Assert.Equal(kind, new PlainServer().Step(Encoding.UTF8.GetBytes(response)).Kind);

    [Fact]
    public void Plain_takes_name_and_password_as_they_are()
    {
        var step = new PlainServer().Step(Encoding.UTF8.GetBytes("\0a\u00A0b\0 p\u00A0w "));
        Assert.Equal(("a\u00A0b", " p\u00A0w "), (step.UserName, step.Password));
    }

    [Fact]
    public void Login_asks_twice()
    {
        var login = new LoginServer();
        Assert.Equal("Username:", Encoding.ASCII.GetString(login.Start().Data.Span));
        Assert.Equal("Password:", Encoding.ASCII.GetString(login.Step("tim"u8).Data.Span));
        var step = login.Step("secret"u8);
        Assert.Equal((SaslStepKind.CheckPassword, "tim", "secret"), (step.Kind, step.UserName, step.Password));
    }

    [Fact]
    public void Login_takes_an_empty_password_for_a_wrong_one()
    {
        var login = new LoginServer();
        login.Step("tim"u8);
        var step = login.Step([]);
        Assert.Equal((SaslStepKind.CheckPassword, "tim", ""), (step.Kind, step.UserName, step.Password));
    }

    // RFC 7677 §3.
    [Fact]
    public void Scram_sha_256_agrees_with_the_rfc()
    {
        var server = Server(plus: false, plusOffered: false, nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        Assert.Equal(SaslStepKind.NeedVerifier, server.Step("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"u8).Kind);
        Assert.Equal("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", Text(Continue(server)));
        var end = server.Step("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="u8);
        Assert.True(end.ProofHolds);
        Assert.Equal("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Text(end));
    }

    [Theory]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqOx,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", SaslStepKind.Proved)]
    [InlineData("c=eSws,r=rOprNGfwEbeRWgbNEkqOnonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", SaslStepKind.Proved)]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqOnonce", SaslStepKind.Malformed)]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqOnonce,p=AAAA", SaslStepKind.Malformed)]
    [InlineData("c=!,r=rOprNGfwEbeRWgbNEkqOnonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", SaslStepKind.Malformed)]
    [InlineData("", SaslStepKind.Malformed)]
    public void A_wrong_client_final_fails(string message, SaslStepKind kind)
    {
        var server = Server(plus: false, plusOffered: false, nonce: "nonce");
        server.Step("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"u8);
        Continue(server);
        var step = server.Step(Encoding.UTF8.GetBytes(message));
        Assert.Equal((kind, false), (step.Kind, step.ProofHolds));
    }

    [Theory]
    // Another's identity; a client that was told we cannot bind though we can; PLUS without binding; a type we do not have.
    [InlineData("n,a=other,n=user,r=rOprNGfwEbeRWgbNEkqO", false, false, SaslStepKind.Refused)]
    [InlineData("y,,n=user,r=rOprNGfwEbeRWgbNEkqO", false, true, SaslStepKind.Refused)]
    [InlineData("y,,n=user,r=rOprNGfwEbeRWgbNEkqO", false, false, SaslStepKind.NeedVerifier)]
    [InlineData("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", true, true, SaslStepKind.Refused)]
    [InlineData("p=tls-unique,,n=user,r=rOprNGfwEbeRWgbNEkqO", true, true, SaslStepKind.Refused)]
    [InlineData("p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO", true, true, SaslStepKind.NeedVerifier)]
    [InlineData("n,a=user,n=user,r=rOprNGfwEbeRWgbNEkqO", false, false, SaslStepKind.NeedVerifier)]
    [InlineData("n,,m=ext,n=user,r=rOprNGfwEbeRWgbNEkqO", false, false, SaslStepKind.Malformed)]
    [InlineData("n,,n=us=er,r=rOprNGfwEbeRWgbNEkqO", false, false, SaslStepKind.Malformed)]
    [InlineData("n,,n=us=3Der,r=rOprNGfwEbeRWgbNEkqO", false, false, SaslStepKind.NeedVerifier)]
    [InlineData("n,,n=,r=rOprNGfwEbeRWgbNEkqO", false, false, SaslStepKind.Malformed)]
    [InlineData("n,,n=user,r=short", false, false, SaslStepKind.Malformed)]
    [InlineData("x,,n=user,r=rOprNGfwEbeRWgbNEkqO", false, false, SaslStepKind.Malformed)]
    [InlineData("n,", false, false, SaslStepKind.Malformed)]
    public void A_client_first_is_judged(string message, bool plus, bool plusOffered, SaslStepKind kind) =>
        Assert.Equal(kind, Server(plus, plusOffered).Step(Encoding.UTF8.GetBytes(message)).Kind);

    [Fact]
    public void Random_responses_never_throw()
    {
        var random = new Random(5);
        var alphabet = "n,yp=tls-exporter,,n=user,r=abcdefghijklm,c=biws,p=AAAA\0ac"u8.ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            foreach (var mechanism in new SaslMechanism[] { new PlainServer(), new LoginServer(), Server(false, false), Server(true, true) })
            {
                for (var step = 0; step < 3; step++)
                {
                    var response = new byte[random.Next(60)];
                    for (var i = 0; i < response.Length; i++)
                    {
                        response[i] = random.Next(5) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
                    }

                    if (mechanism.Step(response).Kind == SaslStepKind.NeedVerifier)
                    {
                        Continue((ScramServer)mechanism);
                    }
                }
            }
        }
    }

    private static ScramServer Server(bool plus, bool plusOffered, string? nonce = null) =>
        new(plus, plusOffered, type => type == "tls-exporter" ? new byte[32] : default, nonce);

    private static SaslStep Continue(ScramServer server)
    {
        var salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
        var salted = Rfc2898DeriveBytes.Pbkdf2("pencil"u8, salt, 4096, HashAlgorithmName.SHA256, 32);
        return server.Continue(salt, 4096, SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8)), HMACSHA256.HashData(salted, "Server Key"u8));
    }

    private static string Text(SaslStep step) => Encoding.ASCII.GetString(step.Data.Span);
}
