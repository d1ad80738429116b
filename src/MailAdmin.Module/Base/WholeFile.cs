namespace MailAdmin.Module.Base;

/// <summary>Writes a file beside its place and renames it: nobody meets half of one, and a failure leaves nothing behind.</summary>
internal static class WholeFile
{
    public static async Task WriteAsync(string file, Func<Stream, CancellationToken, Task> write, bool overwrite, CancellationToken cancellationToken)
    {
        var directory = Path.GetDirectoryName(file)!;
        Directory.CreateDirectory(directory);
        // Not the file's name and more: that may be as long as a name can be.
        var partial = Path.Combine(directory, $"{Guid.NewGuid():N}.partial");
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
