using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Diagnostics;

/// <summary>
/// Shows warnings and errors of the log as events, so that an admin sees them without a log file. The text only: causes stay in the log
/// of who configured one. Connections publish their own, with the session they happened in.
/// </summary>
internal sealed class EventLoggerProvider(IEventSink events) : ILoggerProvider
{
    /// <summary>Category whose events are published where they happen.</summary>
    public const string ConnectionsCategory = "MailAdmin.Connections";

    public ILogger CreateLogger(string categoryName) => categoryName == ConnectionsCategory ? Silent.Instance : new EventLogger(events);

    public void Dispose()
    {
    }

    private sealed class EventLogger(IEventSink events) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var error = logLevel >= LogLevel.Error;
                events.Publish(error ? "Error" : "Warning", error ? MailEventSeverity.Error : MailEventSeverity.Warning, formatter(state, exception));
            }
        }
    }

    private sealed class Silent : ILogger
    {
        public static readonly Silent Instance = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => false;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }
    }
}
