namespace MailAdmin.Server.Delivery;

/// <summary>What happens to mail that leads elsewhere: one per server, read for each recipient, changed by Set-MailServer.</summary>
public sealed class OutboundPolicy(MailOutboundMode mode)
{
    private volatile MailOutboundMode _mode = mode;

    /// <summary>From now on.</summary>
    public MailOutboundMode Mode
    {
        get => _mode;
        set => _mode = value;
    }
}
