using System.Runtime.InteropServices;
using Terminal.Gui.App;

namespace MailAdmin.Dashboard;

/// <summary>
/// SIGTSTP from elsewhere (<c>kill -TSTP</c>, a shell's job control) gives the terminal back before it stops the process, as Ctrl+Z does. Terminal.Gui stops the
/// process with the same signal, which has to do what it does by default meanwhile.
/// </summary>
internal sealed class Suspension : IDisposable
{
    private PosixSignalRegistration? _signal;
    private Action? _asked;

    /// <summary>Hears the signal, where there is such a thing; <paramref name="asked"/> is to come to <see cref="Suspend"/> on the drawing thread.</summary>
    public void Watch(Action asked)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        _asked = asked;
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, context =>
        {
            context.Cancel = true;
            asked();
        });
    }

    /// <summary>Stops the process with its terminal in order; returns when it goes on.</summary>
    public void Suspend(IApplication app)
    {
        Dispose();
        app.Driver?.WriteRaw(TerminalGuard.WrapOn);
        app.Driver?.Suspend();
        app.Driver?.WriteRaw(TerminalGuard.WrapOff);
        if (_asked is { } asked)
        {
            Watch(asked);
        }
    }

    public void Dispose() => _signal?.Dispose();
}
