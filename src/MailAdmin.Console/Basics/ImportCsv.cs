using System.Management.Automation;
using System.Text;

namespace MailAdmin.Console.Basics;

/// <summary>Import-Csv: the first line has the names. RFC 4180, with the delimiter of choice.</summary>
[Cmdlet(VerbsData.Import, "Csv")]
public sealed class ImportCsv : PSCmdlet
{
    /// <summary>Files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    public string[] Path { get; set; } = [];

    /// <summary>Between the fields.</summary>
    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = ',';

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            try
            {
                using var reader = new StreamReader(GetUnresolvedProviderPathFromPSPath(path), Encoding.UTF8);
                var names = ReadRow(reader, Delimiter);
                while (!Stopping && names is not null && ReadRow(reader, Delimiter) is { } values)
                {
                    if (values is [""])
                    {
                        continue; // an empty line
                    }

                    var row = new PSObject();
                    for (var i = 0; i < names.Count; i++)
                    {
                        row.Properties.Add(new PSNoteProperty(names[i], i < values.Count ? values[i] : null));
                    }

                    WriteObject(row);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                WriteError(new ErrorRecord(e, "FileOpenFailure", ErrorCategory.OpenError, path));
            }
        }
    }

    /// <summary>The next record, or null at the end.</summary>
    internal static List<string>? ReadRow(TextReader reader, char delimiter)
    {
        if (reader.Peek() < 0)
        {
            return null;
        }

        var row = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        while (true)
        {
            var c = reader.Read();
            if (quoted && c == '"' && reader.Peek() == '"')
            {
                field.Append((char)reader.Read());
            }
            else if (c == '"' && (quoted || field.Length == 0))
            {
                quoted = !quoted;
            }
            else if (c < 0 || (!quoted && c is '\n' or '\r'))
            {
                if (c == '\r' && reader.Peek() == '\n')
                {
                    reader.Read();
                }

                row.Add(field.ToString());
                return row;
            }
            else if (!quoted && c == delimiter)
            {
                row.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append((char)c);
            }
        }
    }
}
