using System.Management.Automation;
using System.Net;
using System.Security;
using MailAdmin.Security;

namespace MailAdmin.Console.Serve;

/// <summary>The passwords that <c>serve</c> is given by file, so that no process list shows them.</summary>
internal static class ServeSecrets
{
    /// <summary>Reads them into the parameters of Start-MailServer.</summary>
    /// <param name="options">The options that name the files.</param>
    /// <param name="warn">Hears what is unwise, and is done all the same: a service is not to stay down for it.</param>
    /// <exception cref="IOException">A file cannot be read; the message names its option.</exception>
    public static void Add(ServeOptions options, Action<string> warn)
    {
        if (options.PasswordFile is { } file)
        {
            var password = Read("--password-file", file, warn);
            if (PasswordRules.Weakness(password, options.Mailbox!) is { } why)
            {
                warn($"The password for '{options.Mailbox}' in '{file}' {why}: anybody would guess it. Put a better one there.");
            }

            options.Parameters["Credential"] = new PSCredential(options.Mailbox!, Secure(password));
        }

        if (CertificatePassword(options, warn) is { } secret)
        {
            options.Parameters["CertificatePassword"] = secret;
        }
    }

    /// <summary>What the certificate's password file holds now, or null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SecureString? CertificatePassword(ServeOptions options, Action<string> warn) =>
        options.CertificatePasswordFile is { } file ? Secure(Read("--certificate-password-file", file, warn)) : null;

    private static string Read(string option, string file, Action<string> warn)
    {
        string? password;
        try
        {
            password = File.ReadLines(file).FirstOrDefault();
            // Windows has no such modes: a file there has the rights of its directory.
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead))
            {
                warn($"The password file '{file}' can be read by others: chmod o= '{file}'.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"The file of {option} cannot be read: {e.Message}", e);
        }

        return !string.IsNullOrEmpty(password) ? password : throw new IOException($"'{file}' of {option} has no password in its first line.");
    }

    private static SecureString Secure(string password) => new NetworkCredential("", password).SecurePassword;
}
