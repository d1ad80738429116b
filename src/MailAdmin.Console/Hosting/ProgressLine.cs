using System.Globalization;
using System.Management.Automation;
using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Hosting;

/// <summary>One line at the bottom that says how far the work is; only where a person reads. The caller holds the lock.</summary>
internal sealed class ProgressLine(Terminal terminal)
{
    private bool _shown;

    /// <summary>Draws a record, or takes the line away when it is complete.</summary>
    public void Show(ProgressRecord record)
    {
        if (!terminal.Sequences)
        {
            return;
        }

        Clear();
        if (record.RecordType == ProgressRecordType.Completed)
        {
            return;
        }

        var text = record.PercentComplete >= 0
            ? string.Create(CultureInfo.CurrentCulture, $"{record.Activity}: {record.StatusDescription} {record.PercentComplete} %")
            : $"{record.Activity}: {record.StatusDescription}";
        var room = Math.Max(10, terminal.Width - 1);
        System.Console.Out.Write(Columns.Cut(text, room, terminal.Unicode ? "…" : "~"));
        System.Console.Out.Flush();
        _shown = true;
    }

    /// <summary>Takes it away.</summary>
    public void Clear()
    {
        if (_shown)
        {
            System.Console.Out.Write("\r\e[K");
            _shown = false;
        }
    }
}
