using System.Runtime.InteropServices;

namespace MailAdmin.Console.Hosting;

/// <summary>Turns SIGINT, SIGTERM and SIGHUP into an orderly end: the running pipeline is stopped, and the program leaves by its usual way. A service takes SIGHUP otherwise.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Engine _engine;
    private readonly bool _prompting;
    private int _endings;

    /// <summary>Registers.</summary>
    /// <param name="engine">Whose pipeline is stopped.</param>
    /// <param name="prompting">SIGINT stops the pipeline and no more.</param>
    public Signals(Engine engine, bool prompting)
    {
        _engine = engine;
        _prompting = prompting;
        engine.Host.Ending = _stop.Token;
        engine.Host.Console.Interrupt = () => Receive(PosixSignal.SIGINT, Application.Interrupted);
        Register(PosixSignal.SIGINT, Application.Interrupted);
        Register(PosixSignal.SIGTERM, Application.Terminated);
        Register(PosixSignal.SIGHUP, Application.HungUp);

        void Register(PosixSignal signal, int code) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            // Left to itself the runtime would end the process under the pipeline's feet.
            context.Cancel = true;
            if (signal == PosixSignal.SIGHUP && HungUp is { } hungUp)
            {
                hungUp();
                return;
            }

            Receive(signal, code);
        }));
    }

    /// <summary>What SIGHUP asks for in place of an end: set by a service without a terminal, whose loss it could tell.</summary>
    public Action? HungUp { get; set; }

    // In this order: what begins to run or to wait after the first line sees that it must not, and what began before is stopped by the others.
    private void Receive(PosixSignal signal, int code)
    {
        var ends = !_prompting || signal != PosixSignal.SIGINT;
        // The first that ends the program is what the putting in order begins with; the next one stops that as well.
        var isFirst = ends && Interlocked.Exchange(ref _endings, 1) == 0;
        if (ends)
        {
            ExitCode = code;
            _stop.Cancel();
        }

        _engine.Stop(butTheEnd: isFirst);
        if (ends && _engine.Host.Console.Input.IsWaiting)
        {
            Environment.Exit(code); // whoever waits for a key or a line hears nothing else; servers of this process stop at its exit
        }
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
