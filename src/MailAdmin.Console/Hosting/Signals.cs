using System.Runtime.InteropServices;

namespace MailAdmin.Console.Hosting;

/// <summary>Turns SIGINT, SIGTERM and SIGHUP into an orderly end: the running pipeline is stopped, and the program leaves by its usual way.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Registers.</summary>
    public Signals(Engine engine, Action<int> exitCode)
    {
        Register(PosixSignal.SIGINT, Application.Interrupted);
        Register(PosixSignal.SIGTERM, Application.Terminated);
        Register(PosixSignal.SIGHUP, 129);

        void Register(PosixSignal signal, int code) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            // Left to itself the runtime would end the process under the pipeline's feet.
            context.Cancel = true;
            exitCode(code);
            engine.Stop();
            _stop.Cancel();
        }));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _stop.Dispose();
    }
}
