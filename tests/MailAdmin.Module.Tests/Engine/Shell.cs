using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace MailAdmin.Module.Tests.Engine;

/// <summary>A runspace of the real engine with the module imported by its manifest, as a user's session has it.</summary>
internal sealed class Shell : IDisposable
{
    private readonly Runspace _runspace;

    public Shell(bool import = true, PSHost? host = null)
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Unrestricted;
        }

        _runspace = host is null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(host, state);
        _runspace.Open();
        if (import)
        {
            Import();
        }
    }

    public static string Root { get; } = FindRoot();

    public static string Manifest => Path.Combine(Root, "MailAdmin.psd1");

    /// <summary>Non-terminating errors of the last run.</summary>
    public IReadOnlyList<ErrorRecord> Errors { get; private set; } = [];

    public IReadOnlyList<string> Warnings { get; private set; } = [];

    public Runspace Runspace => _runspace;

    public void Import() => Run($"Import-Module '{Manifest}' -ErrorAction Stop");

    /// <summary>Runs a script; terminating errors throw, others are in <see cref="Errors"/>.</summary>
    public Collection<PSObject> Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            _runspace.SessionStateProxy.SetVariable(name, value);
        }

        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        try
        {
            return shell.Invoke();
        }
        finally
        {
            Errors = [.. shell.Streams.Error];
            Warnings = [.. shell.Streams.Warning.Select(w => w.Message)];
        }
    }

    /// <summary>Runs a script that must go without an error and gives its objects.</summary>
    public IReadOnlyList<T> Get<T>(string script, params (string Name, object? Value)[] variables)
    {
        var output = Run(script, variables);
        Assert.Empty(Errors.Select(e => e.ToString()));
        return [.. output.Select(o => Assert.IsAssignableFrom<T>(o.BaseObject))];
    }

    /// <summary>Runs a script that must give exactly one object, without an error.</summary>
    public T Single<T>(string script, params (string Name, object? Value)[] variables) => Assert.Single(Get<T>(script, variables));

    /// <summary>Runs a script that must write exactly one error, and gives it.</summary>
    public ErrorRecord Error(string script, params (string Name, object? Value)[] variables)
    {
        try
        {
            Run(script, variables);
        }
        catch (RuntimeException e)
        {
            return e.ErrorRecord;
        }

        return Assert.Single(Errors);
    }

    /// <summary>What a person would see in a window of 80 columns.</summary>
    public static string Render(Shell shell, AskedHost host, string script, params (string Name, object? Value)[] variables)
    {
        host.Clear();
        shell.Run($"{script} | Out-Default", variables);
        Assert.Empty(shell.Errors.Select(e => e.ToString()));
        return string.Join('\n', host.Lines);
    }

    public void Dispose() => _runspace.Dispose();

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "MailAdmin.psd1")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("The tests run inside the source tree.");
    }
}
