using System.Runtime.InteropServices;

namespace MailAdmin.Console.Hosting;

/// <summary>Turns SIGINT, SIGTERM and SIGHUP into an orderly end: the running pipeline is stopped, and the program leaves by its usual way.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Registers.</summary>
    /// <param name="engine">Whose pipeline is stopped.</param>
    /// <param name="prompting">SIGINT stops the pipeline and no more; the others end the program at once where it waits for a key.</param>
    public Signals(Engine engine, bool prompting)
    {
        Register(PosixSignal.SIGINT, Application.Interrupted);
        Register(PosixSignal.SIGTERM, Application.Terminated);
        Register(PosixSignal.SIGHUP, Application.HungUp);

        void Register(PosixSignal signal, int code) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            // Left to itself the runtime would end the process under the pipeline's feet.
            context.Cancel = true;
            var ran = engine.Stop();
            if (prompting && signal == PosixSignal.SIGINT)
            {
                return;
            }

            ExitCode = code;
            _stop.Cancel();
            if (prompting && !ran)
            {
                Environment.Exit(code); // servers of this process stop at its exit
            }
        }));
    }

    /// <summary>128 and the signal's number, as shells have it; null where none came.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _stop.Dispose();
    }
}
