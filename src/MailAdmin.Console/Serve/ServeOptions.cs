using System.Globalization;

namespace MailAdmin.Console.Serve;

/// <summary>The options of <c>mailadmin serve</c>, as parameters of Start-MailServer and what is ours.</summary>
internal sealed class ServeOptions
{
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
        string? outboundBy = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, attached) = arguments[i].Split('=', 2) is [var n, var v] ? (n, v) : (arguments[i], null);
            // Both spellings are welcome: --port-offset and -PortOffset.
            var key = name.TrimStart('-').Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
            string Value() => (attached ?? (++i < arguments.Count ? arguments[i] : "")) is { Length: > 0 } value ? value : throw new FormatException($"'{name}' needs a value.");
            int Number() => int.TryParse(Value(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"'{name}' needs a number.");
            void Outbound(string mode)
            {
                if (options.Parameters.TryGetValue("OutboundMail", out var other) && !mode.Equals(other))
                {
                    throw new FormatException($"'{outboundBy}' and '{name}' contradict each other: mail to outside domains is captured, refused or relayed. Give one of them.");
                }

                outboundBy = name;
                options.Parameters["OutboundMail"] = mode;
            }

            switch (name.StartsWith('-') ? key : "")
            {
                case "NAME":
                    options.Name = Value();
                    break;
                case "STORE" or "STOREPATH":
                    options.Parameters["StorePath"] = Value();
                    break;
                case "ADDRESS":
                    options.Parameters["Address"] = Value();
                    break;
                case "HOSTNAME":
                    options.Parameters["HostName"] = Value();
                    break;
                case "PORTOFFSET":
                    options.Parameters["PortOffset"] = Number();
                    break;
                case "SMTPPORT" or "SUBMISSIONPORT" or "SUBMISSIONSPORT" or "IMAPPORT" or "IMAPSPORT" or "POP3PORT" or "POP3SPORT":
                    options.Parameters[key] = Number();
                    break;
                case "DOMAIN":
                    domains.AddRange(List(Value()));
                    break;
                case "CERTIFICATE" or "CERTIFICATEPATH":
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
                case "DRAIN" or "DRAINSECONDS":
                    options.DrainSeconds = Number() is >= 0 and <= 3600 and var seconds ? seconds : throw new FormatException($"'{name}' needs 0 to 3600 seconds.");
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

        options.Parameters["Name"] = options.Name;
        return options.Mailbox is null == options.PasswordFile is null ? options
            : throw new FormatException("--mailbox and --password-file belong together.");
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Limit(string text, out long most) =>
        text.Split(['=', ':'], 2) is [var name, var value] && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out most)
            ? name
            : throw new FormatException($"'{text}' is not a limit. Write it as Recipients=200.");
}
