namespace MailAdmin.Console.CommandLine;

/// <summary>What the program is asked to do.</summary>
internal enum ConsoleVerb
{
    /// <summary>A prompt, after <c>-Command</c> or <c>-File</c> where these are given.</summary>
    Prompt,
    /// <summary>A command text.</summary>
    Command,
    /// <summary>A script file.</summary>
    File,
    /// <summary>The demonstration.</summary>
    Demo,
    /// <summary>A server for a service manager or container.</summary>
    Serve,
    /// <summary>The dashboard.</summary>
    Dashboard,
    /// <summary>The version.</summary>
    Version,
    /// <summary>The usage.</summary>
    Help,
}

/// <summary>The parsed command line. Names are those of pwsh; one or two hyphens; a prefix that is unambiguous will do.</summary>
internal sealed record ConsoleOptions(ConsoleVerb Verb)
{
    /// <summary>Exit code of a command line that makes no sense, as pwsh has it (EX_USAGE).</summary>
    public const int BadUsage = 64;

    private static readonly string[] Names =
    [
        "command", "file", "noexit", "noninteractive", "nologo", "noprofile", "version", "help", "workingdirectory", "executionpolicy", "encodedcommand", "interactive", "login",
        "outputformat", "inputformat",
    ];

    /// <summary>pwsh's short forms, where a prefix would be ambiguous, and its names that begin with another.</summary>
    private static readonly Dictionary<string, string> Exact = new()
    {
        ["?"] = "help", ["h"] = "help", ["c"] = "command", ["f"] = "file", ["v"] = "version", ["noe"] = "noexit", ["noni"] = "noninteractive", ["nol"] = "nologo", ["nop"] = "noprofile",
        ["noprofileloadtime"] = "noprofile", ["wd"] = "workingdirectory", ["e"] = "encodedcommand", ["ec"] = "encodedcommand", ["ex"] = "executionpolicy", ["ep"] = "executionpolicy",
        ["i"] = "interactive", ["of"] = "outputformat", ["if"] = "inputformat", ["cwa"] = "commandwithargs", ["commandwithargs"] = "commandwithargs",
    };

    /// <summary>Command text, or path of the script.</summary>
    public string? Text { get; init; }
    /// <summary>Arguments of a script or of a verb.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
    /// <summary>Prompt after the command.</summary>
    public bool NoExit { get; init; }
    /// <summary>Questions are errors.</summary>
    public bool NonInteractive { get; init; }
    /// <summary>No greeting above the prompt.</summary>
    public bool NoLogo { get; init; }
    /// <summary>Where to start.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Parses.</summary>
    /// <exception cref="FormatException">Says what is wrong.</exception>
    public static ConsoleOptions Parse(string[] args)
    {
        var options = new ConsoleOptions(ConsoleVerb.Prompt);
        for (var i = 0; i < args.Length; i++)
        {
            var argument = args[i];
            if (!argument.StartsWith('-') || argument == "-")
            {
                return FindVerb(argument) is { } verb
                    ? options with { Verb = verb, Arguments = args[(i + 1)..] }
                    : options with { Verb = ConsoleVerb.File, Text = argument, Arguments = args[(i + 1)..] };
            }

            switch (Name(argument))
            {
                case "command":
                    return options with { Verb = ConsoleVerb.Command, Text = string.Join(' ', Rest(args, i)) };
                case "commandwithargs":
                    return options with { Verb = ConsoleVerb.Command, Text = Rest(args, i)[0], Arguments = Rest(args, i)[1..] };
                case "encodedcommand":
                    return options with { Verb = ConsoleVerb.Command, Text = Decode(Rest(args, i)[0]) };
                case "executionpolicy":
                    // Taken as pwsh takes it outside Windows: there it has no effect, and here what runs is what was named.
                    _ = Rest(args, i);
                    i++;
                    break;
                case "outputformat" or "inputformat":
                    if (!Rest(args, i)[0].Equals("Text", StringComparison.OrdinalIgnoreCase))
                    {
                        throw new FormatException($"'{argument}' is Text here: nothing else comes in and out.");
                    }

                    i++;
                    break;
                case "file":
                    return options with { Verb = ConsoleVerb.File, Text = Rest(args, i)[0], Arguments = Rest(args, i)[1..] };
                case "workingdirectory":
                    options = options with { WorkingDirectory = Rest(args, i)[0] };
                    i++;
                    break;
                case "noexit":
                    options = options with { NoExit = true };
                    break;
                case "noninteractive":
                    options = options with { NonInteractive = true };
                    break;
                case "nologo":
                    options = options with { NoLogo = true };
                    break;
                case "version":
                    return options with { Verb = ConsoleVerb.Version };
                case "help":
                    return options with { Verb = ConsoleVerb.Help };
            }
        }

        return options;
    }

    /// <summary>The options of a verb as parameters of a cmdlet: <c>--store-path=x</c> is welcome for <c>-StorePath x</c>, as it is with <c>serve</c>.</summary>
    public static IReadOnlyList<string> AsParameters(IReadOnlyList<string> arguments) => [.. arguments.SelectMany<string, string>(argument =>
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
        {
            return [argument];
        }

        var parts = argument[2..].Split('=', 2);
        return [$"-{parts[0].Replace("-", "", StringComparison.Ordinal)}", .. parts[1..]];
    })];

    private static ConsoleVerb? FindVerb(string argument) => argument.ToUpperInvariant() switch
    {
        "DEMO" => ConsoleVerb.Demo,
        "SERVE" => ConsoleVerb.Serve,
        "DASHBOARD" => ConsoleVerb.Dashboard,
        "HELP" => ConsoleVerb.Help,
        "VERSION" => ConsoleVerb.Version,
        _ => null,
    };

    private static string Name(string argument)
    {
        var name = argument.TrimStart('-').ToLowerInvariant();
        if (Exact.TryGetValue(name, out var exact))
        {
            return exact;
        }

        var fitting = Names.Where(n => n.StartsWith(name, StringComparison.Ordinal)).ToList();
        return fitting is [var one] ? one : throw new FormatException($"'{argument}' is not a parameter of mailadmin.");
    }

    // UTF-16LE in Base64, as pwsh -EncodedCommand has it.
    private static string Decode(string text)
    {
        var octets = new byte[text.Length];
        return Convert.TryFromBase64String(text, octets, out var count) && count % 2 == 0
            ? System.Text.Encoding.Unicode.GetString(octets, 0, count)
            : throw new FormatException("-EncodedCommand needs UTF-16 text in Base64.");
    }

    private static string[] Rest(string[] args, int at) =>
        at + 1 < args.Length ? args[(at + 1)..] : throw new FormatException($"'{args[at]}' needs a value.");
}
