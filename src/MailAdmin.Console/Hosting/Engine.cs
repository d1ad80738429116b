using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Text.RegularExpressions;

namespace MailAdmin.Console.Hosting;

/// <summary>The PowerShell engine with the module imported, as any host does it: by its manifest.</summary>
internal sealed partial class Engine : IDisposable
{
    private const string ExitCode = "LASTEXITCODE";

    private readonly Lock _gate = new();
    private Action? _stop;
    private bool _stopping, _runsAtTheEnd;

    private Engine(ConsoleHost host, Runspace runspace)
    {
        Host = host;
        Runspace = runspace;
    }

    /// <summary>The host.</summary>
    public ConsoleHost Host { get; }

    /// <summary>The one runspace.</summary>
    public Runspace Runspace { get; }

    /// <summary>Opens the engine and imports the module.</summary>
    /// <exception cref="InvalidOperationException">There is no module, or it cannot be imported.</exception>
    public static Engine Open(ConsoleHost host)
    {
        var manifest = ModuleLocator.Find(AppContext.BaseDirectory)
            ?? throw new InvalidOperationException("MailAdmin.psd1 was found neither beside the program nor above it. Build the repository, or put the module's folder beside mailadmin.");
        var state = InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        if (OperatingSystem.IsWindows())
        {
            // The module's script file is local; the machine's policy for downloaded scripts stays in force.
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        }

        var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        PSStyle.Instance.OutputRendering = host.Console.Terminal.Color ? OutputRendering.Ansi : OutputRendering.PlainText;
        var engine = new Engine(host, runspace);
        host.Console.WasStopped = () => engine.WasStopped;
        host.Console.Interrupt = () => engine.Stop();
        using var import = engine.Create();
        import.AddCommand("Import-Module").AddParameter("Name", manifest).AddParameter("Global").AddParameter("ErrorAction", "Stop").AddParameter("DisableNameChecking");
        try
        {
            import.Invoke();
        }
        catch (RuntimeException e)
        {
            engine.Dispose();
            throw new InvalidOperationException($"The module {manifest} could not be imported: {e.Message}", e);
        }

        return engine;
    }

    /// <summary>Whether a text asks for what is piped to the program.</summary>
    public static bool ReadsInput(string script) => ReadsInput(Parser.ParseInput(script, out _, out _));

    /// <summary>The same for a script file.</summary>
    public static bool ScriptReadsInput(string path) => ReadsInput(Parser.ParseFile(path, out _, out _));

    /// <summary>Whether a file is a script: by its name, or by a first line that names its interpreter.</summary>
    public static bool IsScript(string path) => File.Exists(path) && (IsNamedScript(path) || File.ReadLines(path).FirstOrDefault()?.StartsWith("#!", StringComparison.Ordinal) == true);

    /// <summary>
    /// A command with arguments as a shell gives them. The language binds them, as in pwsh, so that -Name Value reaches a parameter; every value is quoted.
    /// </summary>
    public static string CommandLine(string command, IReadOnlyList<string> arguments) => string.Join(' ', arguments.Select(Quote).Prepend(command));

    /// <summary>Runs a text as if typed: results and errors go to the host. False where its last statement failed.</summary>
    /// <param name="script">The text.</param>
    /// <param name="input">What its <c>$input</c> gives.</param>
    /// <param name="arguments">What its <c>$args</c> or its parameters get, as a shell gives them.</param>
    public bool Run(string script, IReadOnlyList<string>? input = null, IReadOnlyList<string>? arguments = null)
    {
        Parser.ParseInput(script, out _, out var errors);
        if (errors.Length > 0)
        {
            LastRunThrew = true;
            Host.UI.WriteErrorLine(errors[0].Message);
            return false;
        }

        return Show(script, input, arguments ?? []) && Runspace.SessionStateProxy.GetVariable("?") is true;
    }

    /// <summary>Runs a line of the prompt: results and errors go to the host. False where it ended by an error.</summary>
    public bool RunLine(string script) => Show(script, null, []);

    /// <summary>
    /// Runs a script file with arguments as a shell gives them; returns its exit code as pwsh -File has it: that of its exit, 1 where it threw,
    /// 0 where it came to its end, whatever its last statement did.
    /// </summary>
    public int RunFile(string path, IReadOnlyList<string> arguments, IReadOnlyList<string>? input = null)
    {
        Runspace.SessionStateProxy.PSVariable.Set(ExitCode, null);
        // A file of another name would be started as a program.
        var script = IsNamedScript(path) ? Quoted(path) : $"([Management.Automation.Language.Parser]::ParseFile({Quoted(path)}, [ref] $null, [ref] $null).GetScriptBlock())";
        if (Run(CommandLine($"{(input is null ? "" : "$input | ")}& {script}", arguments), input))
        {
            return 0;
        }

        return !LastRunThrew && Runspace.SessionStateProxy.GetVariable(ExitCode) is int and not 0 and var code ? code : 1;
    }

    /// <summary>Runs a text and returns its results; the first error is thrown.</summary>
    /// <param name="script">The text.</param>
    /// <param name="variables">Set before.</param>
    /// <param name="atTheEnd">It is run though the program is to end: it puts in order what has to be.</param>
    public Collection<PSObject> Invoke(string script, IReadOnlyDictionary<string, object?>? variables = null, bool atTheEnd = false)
    {
        foreach (var (name, value) in variables ?? new Dictionary<string, object?>())
        {
            Runspace.SessionStateProxy.SetVariable(name, value);
        }

        using var shell = Create();
        shell.AddScript(script, useLocalScope: false);
        return Tracked(() => shell.BeginStop(null, null), atTheEnd, () =>
        {
            var results = shell.Invoke();
            return shell.Streams.Error.Count > 0 ? throw new RuntimeException(shell.Streams.Error[0].ToString(), shell.Streams.Error[0].Exception, shell.Streams.Error[0]) : results;
        });
    }

    /// <summary>Runs one command with parameters and returns its results; the first error is thrown.</summary>
    public Collection<PSObject> InvokeCommand(string command, IReadOnlyDictionary<string, object> parameters, bool atTheEnd = false)
    {
        var results = new Collection<PSObject>();
        InvokeStreaming(command, parameters, results.Add, atTheEnd);
        return results;
    }

    /// <summary>Runs one command and hands its results on as they come; the first error is thrown at the end.</summary>
    /// <param name="command">Its name.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="onResult">Gets each result.</param>
    /// <param name="atTheEnd">It is run though the program is to end: it puts in order what has to be.</param>
    /// <param name="enough">Stops it, which is no error.</param>
    public void InvokeStreaming(string command, IReadOnlyDictionary<string, object> parameters, Action<PSObject> onResult, bool atTheEnd = false, CancellationToken enough = default)
    {
        using var shell = Create();
        shell.AddCommand(command);
        foreach (var (name, value) in parameters)
        {
            shell.AddParameter(name, value);
        }

        using var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, _) =>
        {
            foreach (var result in output.ReadAll())
            {
                onResult(result);
            }
        };
        if (enough.IsCancellationRequested)
        {
            return;
        }

        using var stopping = enough.Register(() => shell.BeginStop(null, null));
        try
        {
            Tracked(() => shell.BeginStop(null, null), atTheEnd, Invoke);
        }
        catch (Exception e) when (e is PipelineStoppedException or InvalidPowerShellStateException && enough.IsCancellationRequested && !Host.Ending.IsCancellationRequested)
        {
            // It was enough, perhaps before it began.
        }

        bool Invoke()
        {
            shell.Invoke(null, output);
            return shell.Streams.Error.Count > 0 ? throw new RuntimeException(shell.Streams.Error[0].ToString(), shell.Streams.Error[0].Exception, shell.Streams.Error[0]) : true;
        }
    }

    /// <summary>Stops what runs, if anything does. From any thread.</summary>
    /// <param name="butTheEnd">What puts in order is left alone: whoever asks may have just made it begin.</param>
    public bool Stop(bool butTheEnd = false)
    {
        lock (_gate)
        {
            if (butTheEnd && _runsAtTheEnd)
            {
                return false;
            }

            _stopping = true;
            _stop?.Invoke();
            return _stop is not null;
        }
    }

    /// <summary>True where <see cref="Stop"/> was called since the last run began.</summary>
    public bool WasStopped
    {
        get
        {
            lock (_gate)
            {
                return _stopping;
            }
        }
    }

    /// <summary>True where the last run ended by a terminating error or a stop.</summary>
    public bool LastRunThrew { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => Runspace.Dispose();

    private PowerShell Create()
    {
        var shell = PowerShell.Create();
        shell.Runspace = Runspace;
        return shell;
    }

    private static bool ReadsInput(ScriptBlockAst script) =>
        script.Find(a => a is VariableExpressionAst { VariablePath.UserPath: var name } && name.Equals("input", StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: false) is not null;

    private static bool IsNamedScript(string path) => path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);

    private bool Show(string script, IReadOnlyList<string>? input, IReadOnlyList<string> arguments)
    {
        // Only a text that goes to the history leaves $? as its last statement left it.
        using var pipeline = Runspace.CreatePipeline(script, addToHistory: true);
        foreach (var argument in arguments.Select(Argument))
        {
            pipeline.Commands[0].Parameters.Add(argument);
        }

        // Errors travel with the results, so that both appear in the order in which they arose.
        pipeline.Commands.Add(new Command("Out-Default") { MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output });
        LastRunThrew = true;
        try
        {
            Tracked(pipeline.StopAsync, atTheEnd: false, () => pipeline.Invoke(input));
            LastRunThrew = false;
        }
        catch (PipelineStoppedException)
        {
            // Whoever stopped it knows.
        }
        catch (ParseException e)
        {
            Host.UI.WriteErrorLine(e.Message);
        }
        catch (RuntimeException e)
        {
            ShowError(e.ErrorRecord);
        }

        Host.Console.ClearProgress();
        return !LastRunThrew;
    }

    private void ShowError(ErrorRecord error)
    {
        // The formatter sends an error record to the error stream only where this mark is on it; merged errors carry it already.
        var marked = PSObject.AsPSObject(error);
        var mark = typeof(PSObject).GetProperty("WriteStream", BindingFlags.Instance | BindingFlags.NonPublic);
        mark?.SetValue(marked, Enum.Parse(mark.PropertyType, "Error"));
        using var pipeline = Runspace.CreatePipeline();
        pipeline.Commands.Add("Out-Default");
        pipeline.Input.Write(marked);
        pipeline.Input.Close();
        pipeline.Invoke();
    }

    // What runs can be stopped from the moment on at which it is known that the program is not to end yet: Ending is cancelled before Stop is called.
    private T Tracked<T>(Action stop, bool atTheEnd, Func<T> work)
    {
        lock (_gate)
        {
            if (Host.Ending.IsCancellationRequested && !atTheEnd)
            {
                throw new PipelineStoppedException();
            }

            _stop = stop;
            _stopping = false;
            _runsAtTheEnd = atTheEnd;
        }

        try
        {
            // A pipeline that is stopped may return as if it had come to its end.
            var result = work();
            return WasStopped ? throw new PipelineStoppedException() : result;
        }
        catch (Exception e) when (e is InvalidPipelineStateException or InvalidPowerShellStateException && WasStopped)
        {
            throw new PipelineStoppedException(e.Message, e); // stopped before it began
        }
        finally
        {
            lock (_gate)
            {
                _stop = null;
                _runsAtTheEnd = false;
            }
        }
    }

    // As the language would take it: -Name is a parameter, whose value may follow.
    private static CommandParameter Argument(string argument)
    {
        var name = ParameterName().Match(argument);
        return !name.Success ? new CommandParameter(null, argument)
            : name.Groups["value"] is { Success: true, Value: var value } ? new CommandParameter(name.Groups["name"].Value, Truth(value) is { } truth ? truth : value)
            : new CommandParameter(argument);
    }

    private static bool? Truth(string value) => value.ToUpperInvariant() switch { "$TRUE" => true, "$FALSE" => false, _ => null };

    // What looks like a parameter stays one; everything else, also behind its colon, is a value and never code.
    private static string Quote(string argument)
    {
        var name = ParameterName().Match(argument);
        return !name.Success ? Quoted(argument)
            : name.Groups["value"] is { Success: true, Value: var value } ? $"{name.Groups["name"].Value}:{(Truth(value) is null ? Quoted(value) : value)}"
            : argument;
    }

    private static string Quoted(string value) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";

    [GeneratedRegex(@"^(?<name>-[\p{L}_]\w*)(:(?<value>.+))?$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex ParameterName();
}
