using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace MailAdmin.Console.Serve;

/// <summary>The options of <c>mailadmin serve</c>, as parameters of Start-MailServer and what is ours.</summary>
internal sealed partial class ServeOptions
{
    /// <summary>The parameters of Start-MailServer that errors name, and the options that set them.</summary>
    private static readonly FrozenDictionary<string, string> OptionNames = new Dictionary<string, string>
    {
        ["-Name"] = "--name", ["-StorePath"] = "--store", ["-Ephemeral"] = "--ephemeral", ["-Address"] = "--address", ["-HostName"] = "--host-name",
        ["-PortOffset"] = "--port-offset", ["-SmtpPort"] = "--smtp-port", ["-SubmissionPort"] = "--submission-port", ["-SubmissionsPort"] = "--submissions-port",
        ["-ImapPort"] = "--imap-port", ["-ImapsPort"] = "--imaps-port", ["-Pop3Port"] = "--pop3-port", ["-Pop3sPort"] = "--pop3s-port", ["-Domain"] = "--domain",
        ["-Credential"] = "--mailbox", ["-CertificatePath"] = "--certificate", ["-CertificatePassword"] = "--certificate-password-file", ["-OutboundMail"] = "--outbound",
        ["-DisabledCapability"] = "--disabled-capability", ["-Limit"] = "--limit", ["port parameters"] = "port options",
    }.ToFrozenDictionary();

    /// <summary>Other spellings, those of the cmdlets.</summary>
    private static readonly FrozenDictionary<string, string> Synonyms =
        new Dictionary<string, string> { ["STOREPATH"] = "STORE", ["CERTIFICATEPATH"] = "CERTIFICATE", ["DRAINSECONDS"] = "DRAIN" }.ToFrozenDictionary();

    /// <summary>The options that add up or say the same again; every other is given once.</summary>
    private static readonly FrozenSet<string> Repeatable =
        FrozenSet.Create("DOMAIN", "LIMIT", "DISABLEDCAPABILITY", "TRUSTEDPROXY", "OFFERCHANNELBINDING", "EPHEMERAL", "OUTBOUND", "RELAY", "PRODUCTION");

    private static readonly string[] Outbounds = ["Capture", "Refuse", "Relay"];

    /// <summary>Time for clients to be told and leave. Service managers usually kill after 10 to 90 s.</summary>
    public double DrainSeconds { get; private set; } = 10;

    /// <summary>Name of the server.</summary>
    public string Name { get; private set; } = "default";

    /// <summary>Parameters of Start-MailServer.</summary>
    public Dictionary<string, object> Parameters { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Address of a mailbox to make or to give its password.</summary>
    public string? Mailbox { get; private set; }

    /// <summary>File with that password in its first line, so that it is in no process list.</summary>
    public string? PasswordFile { get; private set; }

    /// <summary>File with the certificate's password.</summary>
    public string? CertificatePasswordFile { get; private set; }

    /// <summary>Parses.</summary>
    /// <exception cref="FormatException">Says what is wrong.</exception>
    public static ServeOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ServeOptions();
        var domains = new List<string>();
        var capabilities = new List<string>();
        var limits = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        var proxies = new List<string>();
        var given = new HashSet<string>();
        var channelBinding = false;
        string? outboundBy = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, attached) = arguments[i].Split('=', 2) is [var n, var v] ? (n, v) : (arguments[i], null);
            // Both spellings are welcome: --port-offset and -PortOffset.
            var key = name.TrimStart('-').Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
            string Value() => (attached ?? (++i < arguments.Count ? arguments[i] : "")) is { Length: > 0 } value ? value : throw new FormatException($"'{name}' needs a value.");
            int Number(int least, int most) => int.TryParse(Value(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number : throw new FormatException($"'{name}' needs a number from {least} to {most}.");
            void Outbound(string mode)
            {
                if (options.Parameters.TryGetValue("OutboundMail", out var other) && !mode.Equals(other))
                {
                    throw new FormatException($"'{outboundBy}' and '{name}' contradict each other: mail to outside domains is captured, refused or relayed. Give one of them.");
                }

                outboundBy = name;
                options.Parameters["OutboundMail"] = mode;
            }

            key = Synonyms.GetValueOrDefault(key, key);
            if (!given.Add(key) && !Repeatable.Contains(key))
            {
                throw new FormatException($"'{name}' is given twice.");
            }

            switch (name.StartsWith('-') ? key : "")
            {
                case "NAME":
                    options.Name = Value();
                    break;
                case "STORE":
                    options.Parameters["StorePath"] = Value();
                    break;
                case "ADDRESS":
                    var address = Value();
                    options.Parameters["Address"] = IPAddress.TryParse(address, out _) ? address
                        : throw new FormatException($"'{name}' needs an IP address, and '{address}' is none: 127.0.0.1, ::1, 0.0.0.0, :: or that of a network interface.");
                    break;
                case "HOSTNAME":
                    options.Parameters["HostName"] = Value();
                    break;
                case "PORTOFFSET":
                    options.Parameters["PortOffset"] = Number(0, 60000);
                    break;
                case "SMTPPORT" or "SUBMISSIONPORT" or "SUBMISSIONSPORT" or "IMAPPORT" or "IMAPSPORT" or "POP3PORT" or "POP3SPORT":
                    options.Parameters[key] = Number(-1, IPEndPoint.MaxPort);
                    break;
                case "DOMAIN":
                    domains.AddRange(List(Value()));
                    break;
                case "CERTIFICATE":
                    options.Parameters["Certificate"] = Value();
                    break;
                case "CERTIFICATEPASSWORDFILE":
                    options.CertificatePasswordFile = Value();
                    break;
                case "MAILBOX":
                    options.Mailbox = Value();
                    break;
                case "PASSWORDFILE":
                    options.PasswordFile = Value();
                    break;
                case "LIMIT":
                    var limit = Limit(Value(), out var most);
                    if (!limits.TryAdd(limit, most))
                    {
                        throw new FormatException($"The limit {limit} is given twice.");
                    }

                    break;
                case "DISABLEDCAPABILITY":
                    capabilities.AddRange(List(Value()));
                    break;
                case "TRUSTEDPROXY":
                    proxies.AddRange(List(Value()).Select(p => IPAddress.TryParse(p, out _) || IPNetwork.TryParse(p, out _) ? p
                        : throw new FormatException($"'{name}' needs an address or a network, as 192.0.2.10 or 10.0.0.0/8, and '{p}' is neither.")));
                    break;
                case "OFFERCHANNELBINDING":
                    channelBinding = true;
                    break;
                case "EPHEMERAL":
                    options.Parameters["Ephemeral"] = true;
                    break;
                case "OUTBOUND":
                    var mode = Value();
                    Outbound(Outbounds.FirstOrDefault(o => o.Equals(mode, StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException($"'{name}' is one of capture, refuse and relay."));
                    break;
                case "RELAY":
                    Outbound("Relay");
                    break;
                case "PRODUCTION":
                    Outbound("Refuse");
                    break;
                case "DRAIN":
                    options.DrainSeconds = Number(0, 3600);
                    break;
                default:
                    throw new FormatException($"serve has no option '{arguments[i]}'.");
            }
        }

        if (domains.Count > 0)
        {
            options.Parameters["Domain"] = domains.ToArray();
        }

        if (limits.Count > 0)
        {
            options.Parameters["Limit"] = limits;
        }

        if (capabilities.Count > 0)
        {
            options.Parameters["DisabledCapability"] = capabilities.ToArray();
        }

        if (proxies.Count > 0 || channelBinding)
        {
            options.Parameters["Settings"] = new MailServerSettings { TrustedProxies = proxies, OfferChannelBinding = channelBinding };
        }

        options.Parameters["Name"] = options.Name;
        options.RefuseContradictions();
        return options;
    }

    /// <summary>A text of the cmdlets with the names of options in place of those of parameters.</summary>
    public static string InOptions(string text) => ParameterName().Replace(text, m => OptionNames.GetValueOrDefault(m.Value, m.Value));

    // What would be taken and have no effect is refused: whoever gave it relies on it.
    private void RefuseContradictions()
    {
        if (Mailbox is null != PasswordFile is null)
        {
            throw new FormatException("--mailbox and --password-file belong together.");
        }

        if (CertificatePasswordFile is not null && !Parameters.ContainsKey("Certificate"))
        {
            throw new FormatException("--certificate-password-file is the password of a file, which --certificate names.");
        }

        if (Parameters.ContainsKey("Ephemeral") && Parameters.ContainsKey("StorePath"))
        {
            throw new FormatException("An ephemeral server deletes its store at its end: give --store or --ephemeral.");
        }

        if (Parameters.ContainsKey("Ephemeral") && Parameters.ContainsKey("PortOffset"))
        {
            throw new FormatException("An ephemeral server takes free ports: give --port-offset or --ephemeral; --smtp-port and the like set one of them.");
        }
    }

    [GeneratedRegex(@"(?<![\w-])-[A-Z]\w+\b|\bport parameters\b", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Limit(string text, out long most) =>
        text.Split(['=', ':'], 2) is [var name, var value] && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out most)
            ? name
            : throw new FormatException($"'{text}' is not a limit. Write it as Recipients=200.");
}
