using System.Management.Automation;
using MailAdmin.Errors;
using Microsoft.PowerShell.Commands;

namespace MailAdmin.Module.Base;

/// <summary>Paths as a person gives them, from where the session stands. Anything but a file would be read or written by a name that means something else there.</summary>
internal static class FilePaths
{
    /// <summary>The full path of a file or directory that need not be there.</summary>
    /// <exception cref="MailAdminException"><c>PathNotInFileSystem</c>, <c>PathNotUsable</c>.</exception>
    public static string Full(PathIntrinsics session, string path) =>
        InFileSystem(path, () => (session.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _), provider));

    /// <summary>The files that a path with wildcards means; none where nothing fits.</summary>
    /// <exception cref="MailAdminException"><c>PathNotInFileSystem</c>, <c>PathNotUsable</c>; <c>FileNotFound</c> where a path without wildcards leads nowhere.</exception>
    public static IReadOnlyList<string> Matching(PathIntrinsics session, string path) =>
        InFileSystem(path, () => (session.GetResolvedProviderPathFromPSPath(path, out var provider), provider));

    private static T InFileSystem<T>(string path, Func<(T Path, ProviderInfo Provider)> resolve)
    {
        try
        {
            var (resolved, provider) = resolve();
            return provider.ImplementingType == typeof(FileSystemProvider) ? resolved : throw new MailAdminException(
                "PathNotInFileSystem", MailErrorCategory.InvalidArgument, $"'{path}' is a place of the {provider.Name} drive you are in, not of the file system.", path,
                "Name a directory or file with its drive, or as FileSystem::/path, or go to one with Set-Location first.");
        }
        catch (ItemNotFoundException e)
        {
            throw new MailAdminException("FileNotFound", MailErrorCategory.ObjectNotFound, e.Message, path, "Check the path.", e);
        }
        catch (Exception e) when (e is SessionStateException or ProviderInvocationException)
        {
            throw new MailAdminException("PathNotUsable", MailErrorCategory.InvalidArgument, e.Message, path, "Check the path and its drive.", e);
        }
    }
}
