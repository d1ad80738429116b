namespace MailAdmin.Module.Base;

/// <summary>Writes a file beside its place and renames it: nobody meets half of one, and a failure leaves nothing behind.</summary>
internal static class WholeFile
{
    public static async Task WriteAsync(string file, Func<Stream, CancellationToken, Task> write, bool overwrite, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var partial = $"{file}.{Guid.NewGuid():N}.partial";
        try
        {
            await using (var output = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await write(output, cancellationToken);
            }

            File.Move(partial, file, overwrite);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
