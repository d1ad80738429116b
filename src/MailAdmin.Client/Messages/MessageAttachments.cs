using MimeKit;

namespace MailAdmin.Client.Messages;

/// <summary>
/// The attachments of a message, decoded while they are written: neither they nor the message are whole in memory. The stream stays open as
/// long as this does.
/// </summary>
public sealed class MessageAttachments : IDisposable
{
    private readonly MimeMessage _message;

    private MessageAttachments(MimeMessage message)
    {
        _message = message;
        Items = [.. message.Attachments.Select(a => new MessageAttachment(a))];
    }

    /// <summary>They, in order.</summary>
    public IReadOnlyList<MessageAttachment> Items { get; }

    /// <summary>Finds the attachments of a message.</summary>
    /// <param name="content">The raw message; must be able to seek.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">The content is no message at all.</exception>
    public static async Task<MessageAttachments> OpenAsync(Stream content, CancellationToken cancellationToken) =>
        new(await MimeMessage.LoadAsync(content, persistent: true, cancellationToken));

    /// <inheritdoc/>
    public void Dispose() => _message.Dispose();
}

/// <summary>One attachment that has not been decoded yet.</summary>
public sealed class MessageAttachment
{
    private readonly MimeEntity _entity;

    internal MessageAttachment(MimeEntity entity) => _entity = entity;

    /// <summary>Its name as the message says; not a path to write to.</summary>
    public string FileName => _entity.ContentDisposition?.FileName ?? _entity.ContentType.Name ?? "";

    /// <summary>Decodes it into a stream.</summary>
    public Task WriteToAsync(Stream target, CancellationToken cancellationToken) => _entity switch
    {
        MimePart { Content: { } content } => content.DecodeToAsync(target, cancellationToken),
        MessagePart { Message: { } message } => message.WriteToAsync(target, cancellationToken),
        _ => Task.CompletedTask,
    };

    /// <summary>Decodes it into memory, unless it has more than <paramref name="mostOctets"/>; then only its size is told.</summary>
    internal ReceivedAttachment Read(long mostOctets)
    {
        using var content = new BoundedCopy(mostOctets);
        WriteTo(content);
        return new ReceivedAttachment(FileName, _entity.ContentType.MimeType, content.Kept) { SizeBytes = content.Length, IsOmitted = content.Length > mostOctets };
    }

    private void WriteTo(Stream target)
    {
        switch (_entity)
        {
            case MimePart { Content: { } content }:
                content.DecodeTo(target);
                break;
            case MessagePart { Message: { } message }:
                message.WriteTo(target);
                break;
        }
    }

    /// <summary>Counts all that is written and keeps it as long as it is within the bound.</summary>
    private sealed class BoundedCopy(long most) : Stream
    {
        private readonly MemoryStream _kept = new();
        private long _length;

        public ReadOnlyMemory<byte> Kept => _length > most ? default : _kept.ToArray();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            _length += count;
            if (_length <= most)
            {
                _kept.Write(buffer, offset, count);
            }
            else
            {
                _kept.SetLength(0);
                _kept.Capacity = 0;
            }
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _kept.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
