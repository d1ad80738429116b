using System.Management.Automation;
using System.Security;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Addresses;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Security;

namespace MailAdmin.Module.Mailboxes;

/// <summary>New-Mailbox</summary>
/// <remarks>
/// A store commits many writers with one flush and PBKDF2 costs milliseconds of a core, so a pipeline of thousands keeps some in
/// flight; results and errors still come in the order of the input. Where the first error is to end the pipeline, nothing may have been made behind it:
/// a password that was made is told once or never.
/// </remarks>
[Cmdlet(VerbsCommon.New, "Mailbox", SupportsShouldProcess = true)]
[OutputType(typeof(CreatedMailbox))]
public sealed class NewMailbox : AdministrationCmdlet
{
    /// <summary>Most requests on their way at once.</summary>
    private const int InFlight = 64;

    private const string Activity = "Making mailboxes";
    private readonly Queue<(string Address, Task<CreatedMailbox> Work)> _pending = new();
    private long _done;
    private bool _passwordTyped;
    private int _inFlight = InFlight;

    /// <summary>Address, which is also the login name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "PrimarySmtpAddress", "UserPrincipalName", "EmailAddress")]
    [AllowEmptyString]
    public string[] Identity { get; set; } = [];

    /// <summary>Password; a strong one is made where none is given.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Password]
    public SecureString? Password { get; set; }

    /// <summary>A person's name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    public string? DisplayName { get; set; }

    /// <summary>Most octets it may hold.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("QuotaBytes", "ProhibitSendReceiveQuota")]
    [Quota]
    [ArgumentCompleter(typeof(QuotaCompleter))]
    public long? Quota { get; set; }

    /// <summary>Makes it so that logins are refused until Enable-Mailbox.</summary>
    [Parameter]
    public SwitchParameter Disabled { get; set; }

    /// <summary>Takes a weak password.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task BeginAsync()
    {
        // Bound before the pipeline brings anything.
        _passwordTyped = MyInvocation.BoundParameters.ContainsKey(nameof(Password));
        _inFlight = IsStoppedByErrors ? 1 : InFlight;
        return base.BeginAsync();
    }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var identity in Identity)
        {
            try
            {
                var request = Prepare(identity);
                if (ShouldProcess($"Make mailbox {identity}.", $"Make mailbox {identity}?", "MailAdmin"))
                {
                    _pending.Enqueue((identity, MakeAsync(request)));
                }
            }
            catch (MailAdminException refused)
            {
                // Its error waits for its turn.
                _pending.Enqueue((identity, Task.FromException<CreatedMailbox>(refused)));
            }

            while (_pending.Count >= _inFlight)
            {
                await WriteOldestAsync();
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task FlushAsync()
    {
        while (_pending.Count > 0)
        {
            await WriteOldestAsync();
        }

        if (_done > InFlight)
        {
            ProgressDone(Activity);
        }
    }

    private (string Address, string? Plain, string? DisplayName, long? Quota, bool Enabled) Prepare(string identity)
    {
        AddressCheck.DemandNew(identity);

        // An empty cell of a file says nothing; an empty password at the prompt is a slip.
        var plain = Password is null || (Password.Length == 0 && !_passwordTyped) ? null : PasswordPolicy.Check(Password, identity, Force);
        return (identity, plain, string.IsNullOrWhiteSpace(DisplayName) ? null : DisplayName, Quota is 0 ? null : Quota, !Disabled);
    }

    private Task<CreatedMailbox> MakeAsync((string Address, string? Plain, string? DisplayName, long? Quota, bool Enabled) asked) =>
        Ask(async (administration, token) =>
        {
            var generated = asked.Plain is null ? PasswordRules.Generate() : null;
            var verifier = generated is null ? ScramVerifier.Create(asked.Plain) : PasswordRules.VerifierOfGenerated(generated);
            var made = await administration.NewMailboxAsync(
                new NewMailboxRequest(asked.Address, verifier) { DisplayName = asked.DisplayName, QuotaBytes = asked.Quota, IsEnabled = asked.Enabled }, token);
            return new CreatedMailbox(made, generated);
        });

    private async Task WriteOldestAsync()
    {
        var (address, work) = _pending.Dequeue();
        await PerItem(address, async () =>
        {
            var made = await work;
            var shown = PSObject.AsPSObject(made);
            // Views of their own: a table begun for one whose password was given must not leave out the password of the next.
            shown.TypeNames.Insert(0, made.GeneratedPassword is null ? "MailAdmin.CreatedMailbox#Given" : "MailAdmin.CreatedMailbox#Generated");
            WriteObject(shown);
        });
        if (++_done % InFlight == 0)
        {
            Progress(Activity, $"{_done} made, the last is {address}", 0, 0);
        }
    }
}
