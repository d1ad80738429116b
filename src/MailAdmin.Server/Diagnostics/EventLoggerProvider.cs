using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Diagnostics;

/// <summary>Shows warnings and errors of the log, with their causes, as events: an admin sees them without a log file, and there is no other.</summary>
internal sealed class EventLoggerProvider(IEventSink events) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new EventLogger(events);

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
                var text = formatter(state, exception);
                // Some lines name their reason already.
                var isWhole = exception is null || text.Contains(exception.Message, StringComparison.Ordinal);
                events.Publish(
                    error ? "Error" : "Warning", error ? MailEventSeverity.Error : MailEventSeverity.Warning, isWhole ? text : $"{text}: {exception!.Message}",
                    new ServerEventDetails(Cause: exception));
            }
        }
    }
}
